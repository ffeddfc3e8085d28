"""The texts that both sides work on: prose-like documents of two kinds, the same ones
each time."""

import numpy
import pandas

DOCUMENTS = 40_000
TESTS = 4_000  # further documents, which nothing learns from
SEED = 43

COMMON = (
    "the of and to a in it was that i is he she for be not his her with as had you but have at "
    "my so on this they which by all him very no from them there if were me what their more been "
    "would an must or will any when your who one said do could such are than our some then"
).split()
SYLLABLES = (
    "ba be bi bo bu ca ce co da de di do el en er fa fe fi fo ga go ha he hi ing ion ja ka la le li "
    "lo ma me mi mo na ne ni no ous pa pe po ra re ri ro sa se si so ta te ti to tion ul un va ve vi wa we"
).split()
FOREIGN = ["café", "naïve", "crème", "fiancée", "jalapeño", "—"]
SHARED, OWN = 6_000, 3_000  # words of both kinds of text, and of only one
FORMS = "{} {:C} {}, {:C}, {}. {:C}. {}! {}; {}-{} ({})".split()
SUCCESSORS = 4


class Word(str):
    """A word that knows its capital, for FORMS."""

    def __format__(self, spec):
        return self[:1].upper() + self[1:] if spec == "C" else str(self)


def vocabulary(random):
    """All words: those of both kinds first, the commonest ahead, then those of each."""
    words = dict.fromkeys(COMMON + FOREIGN)
    while len(words) < SHARED + 2 * OWN:
        size = random.choice([1, 2, 3, 4], p=[0.1, 0.5, 0.3, 0.1])
        words["".join(random.choice(SYLLABLES, size))] = None
    return list(words)


def zipf(random, size, of):
    """Ranks below `of`, the k-th about in proportion to 1/(k+3)."""
    weights = 1 / numpy.arange(3, of + 3)
    return numpy.searchsorted(numpy.cumsum(weights) / weights.sum(), random.random_sample(size))


def words_of(random, kinds):
    """The words of documents, a row each, as numbers in the vocabulary, and how many
    of the row's are meant. A third of the words follow from the one before them, as in
    a Markov chain."""
    longest = 140
    lengths = random.randint(60, longest + 1, len(kinds))
    # How much of a text is of its own kind varies, so that some can hardly be told.
    own = random.beta(1.5, 9, len(kinds))
    follow = random.randint(0, SHARED, (SHARED + 2 * OWN, SUCCESSORS))
    follow[:, 0] = zipf(random, len(follow), len(COMMON))
    out = numpy.empty((len(kinds), longest), numpy.int32)
    for at in range(longest):
        word = zipf(random, len(kinds), SHARED)
        if at:
            chained = random.random_sample(len(kinds)) < 1 / 3
            next_ = follow[out[:, at - 1], random.randint(0, SUCCESSORS, len(kinds))]
            word[chained] = next_[chained]
        special = random.random_sample(len(kinds)) < own
        word[special] = SHARED + kinds[special] * OWN + zipf(random, special.sum(), OWN)
        out[:, at] = word
    return out, lengths


def forms_of(random, shape):
    """How each word is written, as numbers in FORMS: capitals follow full stops."""
    drawn = random.random_sample(shape)
    ends = drawn < 0.07
    begins = numpy.ones(shape, bool)
    begins[:, 1:] = ends[:, :-1]
    begins |= random.random_sample(shape) < 0.03
    form = numpy.where(begins, 1, 0)
    form[ends] = numpy.where(begins, 5, 4)[ends]
    comma = (drawn >= 0.07) & (drawn < 0.14)
    form[comma] = numpy.where(begins, 3, 2)[comma]
    for first, number in ((0.14, 6), (0.145, 7), (0.15, 8), (0.155, 9)):
        form[~begins & (drawn >= first) & (drawn < first + 0.005)] = number
    return form


def table():
    """All documents, as a table with the columns index, label, text and words."""
    random = numpy.random.RandomState(SEED)
    kinds = random.permutation(numpy.arange(DOCUMENTS + TESTS) % 2)
    vocabulary_ = vocabulary(random)
    written = numpy.array([[form.format(word, word) for form in FORMS] for word in map(Word, vocabulary_)], object)
    words, lengths = words_of(random, kinds)
    forms = forms_of(random, words.shape)
    texts = [" ".join(row[:n]) for row, n in zip(written[words, forms].tolist(), lengths)]
    return pandas.DataFrame(
        {
            "index": numpy.arange(len(texts)),
            "label": numpy.array(["legitimate", "spam"], object)[kinds],
            "text": texts,
            "words": lengths.astype(float),
        }
    )


def write(path):
    table().to_parquet(path, index=False)
