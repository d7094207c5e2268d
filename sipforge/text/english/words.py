"""The words of English that callers of any office use, for matching their questions. Pure.

A group is a line `concept: phrase, phrase`; a line that begins with a space goes on with the one above.
"""

from __future__ import annotations

from typing import Final

FUNCTION: Final = """
a an the this that these those i me my mine myself we us our ours you your yours yourself he him his she her
hers it its they them their theirs one ones there here what which whatever am is are was were be been being do
does done doing have has had having can could may might must shall should will would let lets get gets got
getting of to in on at by for from with without about into onto through over under up down off out as than so
and or but if whether because since while then too also just only even still yet again already maybe perhaps
quite very really rather actually exactly basically simply probably possibly possible please thank thanks
hello hi hey okay ok yes yeah well oh um uh er erm hmm mm ah right sure sorry excuse pardon kindly afraid no
not any some anything something anyone anybody someone somebody everyone every each all both either own such
like want wants wanted wish need needs needed tell know ask say said see show explain find give gave spell
repeat wonder wondering wondered guess think thought mean meant question information info idea able sort kind
type kinds sorts types thing things stuff bit quick quickly hope regarding concerning within o much make makes
made take takes put keep use using go goes going come comes coming guys folks sir madam miss mister good nice
now ever else more other another around describe suppose believe assume prefer instead permitted lot many
somewhere anywhere catch enough nearly almost always usually normally generally before after until till during
require required requires receive reach contain supposed allow allowed necessary look looking help interested
try trying
"""

WEAK: Final = """
how office place building bureau company firm business team staff people person colleague customer client
caller day days today tomorrow tonight week weeks month morning afternoon evening noon midday monday tuesday
wednesday thursday friday weekday next last this first time times new exact directly direct main normal usual
early earlier late later soon whole long short big small best better available particular certain special
different possible way back inside outside zero one two three four five six seven eight nine ten eleven twelve
half quarter clock pm am january february march april may june july august september october november december
arrive leave stay call calling phoning hear find out check confirm plan planning arrange mother father wife
husband friend drop stop near nearby visitor user piece floor city town easy easiest fastest quickest shortest
hundred thousand twenty thirty forty fifty sent answer reply roughly approximately front write send
"""

# Of other subjects, so that "pizza" is not taken for a word of the office that sounds like it.
EVERYDAY: Final = """
able above accept account across act action add adult afford africa after age agree air airport alone along
america animal answer apart apple area arm army art article artist asia ask aunt autumn bad bag bake ball band
bandage bank bar barbecue base basket bath battery beach bean bear beat beautiful beauty become bed beer
before behind believe bell below beside best better between bicycle big bike bird birth birthday bite black
blood blow blue board boat body bone boot border born bottle bottom bowl box boy brain branch bread break
breakfast bridge bright brother brown brush build burn burundi bush busy butter button cabbage cabin cake
camera camp candle capital careful carpet case cat catch cause chain chair chance cheap cheese chicken choose
church circle city class clean clear climb cloth clothes cloud coat coffee cold collect college colour comb
common company compare complete computer condition congo cook cool copy corn corner correct cottage could
count country courage course cover cow cream create credit cross crowd cry cup cut damage dance danger dark
dead deal dear death decide deep degree depend desk develop die difference different difficult dinner dirty
discover disease dish dog dollar door dot double doubt draw dream dress drink drive driver dry dust duty ear
earth east easy eat education effect egg electricity empty end enemy energy engine enjoy enough enter equal
escape europe event example except exercise expect eye face fact factory fail fall false family famous far
farm farmer fast fat father fear feel fence field fight figure file fill film final fine finger finish fire
fish fit flag flat flight floor flower fly follow food fool foot football force foreign forest forget fork
form found fresh front fruit full fun funny furniture future game garbage garden gas gate girl glad glass
glove goal goat gold goods grass great green grey ground group grow gun hair half hall hammer hand happen
happy harbour hard hat hate health heart heat heavy height hide high hill history hit hold hole holy home
honest horse hospital hot hotel house human hundred hungry hurry hurt ice image important increase industry
iron island jewel join joke journey judge juice jump keep kenya key kill kind king kitchen knee knife knock
lady lamp large laugh law lawyer lazy lead leaf learn leg lend lesson letter level library lie life light line
lion lip list listen live load local lock london lonely look lose lost loud love low lower lucky luggage lunch
machine male market marry master match matter meal meat medical member memory message metal middle might milk
mind mine minute mirror miss mistake mix model moment mother mountain mouse mouth movie music nail narrow
nation nature near neck needle neighbour nest net news night noise north nose note notice object ocean oil old
onion opposite orange order ordinary outside owe pack package page pain paint pair pan pants parade parent
paris part party pass passage passenger past path patient peace pen pencil people pepper perfect period pet
photo piano pick picture piece pig pin pink pizza plane plant plastic plate play player plenty plumber pocket
point poison police policy politics pool poor popular position post pot potato pound pour power practise
prepare present president press pretty prevent printer prison private prize problem produce programme promise
proper protect proud public pull punish pure push queen question quiet race radio rail rain raise reach read
real reason recent record red relative religion remember remind remove repeat reply report rest restaurant
result rice rich ride ring rise risk river road rock roll roof room root rope rose round rubber rule ruler run
rwanda safe sail salary salt same sand save scale school science scissors score sea seat secret see seed seem
seldom sense sentence serious servant seven shade shadow shape share sharp sheep sheet shelf shine ship shirt
shoe shoes shoot shop shore shoulder shout sick side signal silence silly silver similar simple sing single
sink sister sit size skill skin skirt sky sleep slip slow smell smile smoke snow soap social society sock soft
soil soldier solve son song sound soup south spare special speech speed spend spoon sport spread spring square
stadium stage stamp stand star state station steal steam step stick still stole stolen stomach stone stop
store storm story strange stranger stream street strong student study stupid subject success sudden sugar
suggest suit summer sun supper support suppose surprise sweet swim sword table tall tanzania taste tax taxi
tea teach teacher team tear tennis tent test theatre thick thief thin thirsty threat throat throw ticket tie
tiger tight tiny tired title tobacco together tomato tongue tool top total touch tour tourist town toy track
trade train translate travel treat tree trip trouble true trust truth turn twice uganda ugly umbrella uncle
understand unit useful usual valley value various vegetable victory view village voice vote wage wait wake
wall war warm wash waste watch water weak wealth wear weather wedding weight welcome west wet wheat wheel
white wide wife wild win wind window wine wing winner winter wire wise woman wonder wood word work world worry
worst worth write wrong year yellow young zoo
"""

# The group without a name is said around a question and part of none. "when open" stands for both concepts.
SAME: Final = """
: i am calling, calling about, good morning, good afternoon, good evening, at the moment, as well, make
 it, when i come, when i arrive, when i visit, before i come, in front of, next to, anybody who, anyone
 who, someone who, people who, was wondering, by taxi, by car, is that a problem, is that fine, is that
 okay, is that possible, would that be possible, would that work, a lot, its doors, for me, for you, to
 me, is it okay if
when: when, what time, which time, what times, what hour, from when
whichday: what day, what days, which day, which days
when open: working hours, work hours, what hours, which hours, hour, hours, how late, how early, how long
 are you, how long you, how long is the office
when close: closing time, until when, until what time, until what hour
lunchtime: lunchtime, lunch hour, lunch hours, for lunch
clock time: what time is it, what is the time, what day is it
open: open, opened, opening, opens, are you there, anybody there, anyone there, somebody there, are you
 in, be there, you there, do you work, start, start working, begin, are you working, you working, come by,
 drop in, drop by, come over, show up
close: close, closed, closing, closes, shut, shuts, finish, finish work, finishing, not open, you not open
visit: visit, consultation, come in, walk in
weekend: weekend, weekends
holiday: holiday, public holiday, national holiday, bank holiday, christmas, easter, easter monday, new
 year, good friday
where: where
address: address, location, located, based, situated, whereabouts, street, where are you, where you are,
 which road, which street, what street, part of the city, postal address, which floor, find you, which
 building, what area, what part of the city, what part, which district, which town
direction: direction, directions, get to, get there, come to you, come to your, come there, reach you,
 reach your, the way, way to, how to get, travel to, find the way, way to reach
direction address: how to find you, how do i find you
bus: bus, buses, bus park, bus stop, bus station, bus stops, public transport, minibus, coach, come by
 public transport
walk: walk, walking, on foot
park: park, parking, parked, car park, parking space, parking spaces, parking lot, leave my car, leave the
 car, park my car, park the car, leave my vehicle, put my vehicle, place for my car, place for my
 motorbike, space for a car, space for cars
car: car, drive, driving, vehicle, motorbike, motorcycle, come by car
price: price, cost, costs, charge, charges, fee, fees, rate, rates, expensive, pricing, how much, how
 expensive, what do i pay, what would i have to pay, how much money should i bring, how much do i pay, how
 much money, how much do i have to pay, how much will i have to pay
perhour: an hour, one hour, per hour, hourly, the hour
free: free, free of charge, for free, for nothing
pay: form of payment, forms of payment, payment methods, payment method, ways to pay, way to pay, pay,
 paying, paid, payment, settle, settle the bill
card: card, credit card, bank card, mastercard
cash: cash
mobilemoney: mobile money, momo, mobile payment, airtel money
money: money, francs, franc
refund: refund, money back
discount: discount, reduction, cheaper
bill: bill, invoice, receipt
appointment: appointment, booking, bookings, to book, book a, book an, book me, booked, i book,
 reservation, reserve, meeting, meetings, reschedule, arrange a time, fix a date, come and see you, see
 someone, see somebody, somebody see me
cancel: cancel, call off
change: change, move
email: email, e mail, mail, mails, email address, mail address, e mail address
phone: phone, telephone, call you, ring, ring you, mobile, dial, phoned
phone number: phone number, number can i reach, telephone number, mobile number, number i can call, number
 to reach, number to call, number should i call
number: number, numbers
website: website, online
name: name, named, called
director: director, boss, manager, head, owner, in charge, leads, leading, who runs, runs, responsible
who: who, whose
speak: speak, speaks, spoken, talk, talks, understand, talk to you, serve
contact: contact, contacts, write to, reach you by
connect: speak to, talk to, speak with
transfer: transfer, bank transfer
language: language, languages
service: service, services, offer, offers, offered, provide, provides, what do you do, what kind of
 things, what sort of things, what can you do, what can you help, what is it that you do, what do you
 offer, what can you, what can your office do, what does your office do, what does your company do, kind
 of work
bring: bring, bring along, take with me, have with me, bring with me, carry
document: document, documents, paper, papers, paperwork, certificate
identity: identity card, id card, identity, id
passport: passport
lift: lift, elevator
stairs: stairs, stair, steps, climb stairs
wheelchair: wheelchair, wheelchairs, wheelchair user, a way in, wheel chair, disabled, disabled people,
 accessible
past: did, was anybody, yesterday, has my, was the, who was, last year, last month, last night
why: why
howlong: how long, how much time, how many days, how many hours, how many weeks
howmany: how many
howold: how old
howfar: how far
howoften: how often
job: job, jobs, vacancy, vacancies, internship
toilet: toilet, toilets, bathroom
wifi: wifi, wi fi, internet
deliver: deliver, delivery, deliveries, home delivery, home deliveries, delivered
repair: repair, repairs, fix, fixed, broken
buy: buy, bought
sell: sell, sells, selling, for sale, in stock, stock
rent: rent, renting, hire, hires, lend, borrow
order: order, orders, ordering, ordered
complain: complaint, complaints
child: child, children, kid, kids, baby, babies, son, daughter
doctor: doctor, doctors
medicine: medicine, medicines, tablet, tablets, pill, pills, drugs
vaccinate: vaccination, vaccinations, vaccine, vaccines, vaccinated, immunisation
insurance: insurance, insurances, insured
emergency: emergency, emergencies, urgent, accident
tooth: tooth, teeth, toothache
dentist: dentist, dentists
ready: ready, come back
accept: accept, accepts, accepted, do you work with, you work with
return: return, returns
guarantee: guarantee, warranty
home: home, house
shop: shop, store
pain: hurt, hurts
collect: collect, pick up, fetch, pick me up
checkin: check in, checking in
checkout: check out, checkout, checking out
animal: animal, pet, pets
wait: wait, waiting
land: land, piece of land, plot, plots, plot of land, plots of land
"""

KINDS: Final = """
weekday: monday, tuesday, wednesday, thursday, friday, weekdays
weekend: saturday, sunday
language: english, french, swahili, kiswahili, kinyarwanda, german, spanish, chinese, arabic, portuguese,
    italian, luganda, lingala, kirundi, dutch, russian, hindi
card: visa, mastercard, maestro, cheque
animal: dog, dogs, cat, cats
"""

KIN: Final = """
when open, when close, when whichday, when weekday, when today, when tomorrow, when morning, when afternoon,
when evening, today tomorrow, open close, open visit, visit appointment, saturday weekend, sunday weekend,
where address, address direction, bus direction, walk direction, car park, free price, free pay, money price,
card pay, cash pay, mobilemoney pay, bill pay, phone number, contact phone, contact email, transfer pay, speak
language, lift stairs wheelchair, document identity, document bring, identity bring, identity passport, tooth
dentist, cancel change, cancel appointment, name who, sell buy
"""

JOINTS: Final = "and also, and then, as well as, and, also, plus, but, so, because, or"
WH: Final = "what, when, where, who, which, how, why, whose, until when, from when"
OPENERS: Final = """
do you, does, do i, do we, are you, are there, are your, is there, is it, is the, is your, is my, is a, is
anybody, is somebody, is someone, is that, can i, can you, can we, can my, can somebody, could i, could you,
may i, will you, would you, should i, have you, did you
"""
STARTERS: Final = "is are do does can could will would may should"
NEGATIONS: Final = "not, i do not mean, i did not mean, i am not asking"
ANAPHORA: Final = "he her his it one she that them then these they this those"
INTERROGATIVE: Final = "howfar howlong howmany howoften howold past when where who why"
INCIDENTAL: Final = "free holiday night saturday sunday weekend"
