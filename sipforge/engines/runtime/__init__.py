"""What engines share: the libraries that run models, queues, streams, fallback, and the service OpenAI."""
