"""What a question is near to in meaning, whatever its words. The door is `topics`.

`encoder` makes vectors of sentences, `vectors` keeps those of a knowledge file, `nearness` compares them, and
`decision` has words and meaning decide together.
"""
