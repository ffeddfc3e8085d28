"""Features of texts: tokens, counts, hashes, weights, shingles and summaries."""

import unicodedata

import numpy
from sklearn.feature_extraction.text import (
    ENGLISH_STOP_WORDS,
    CountVectorizer,
    HashingVectorizer,
    TfidfTransformer,
)
from sklearn.utils import murmurhash3_32

from goldens import case, csr

DOCS = [
    "It is a truth universally acknowledged, that a single man in possession of a good fortune",
    "",
    "   \t\n ",
    "The the THE tHe of and",
    "x y z 1 22 333 a1 1a _ __ a_b _x",
    "don't can't won't e.g. U.S.A. 3.14 1,000 C++ foo-bar foo_bar",
    "İstanbul'da ışık İİ ISPARTA ığdır",
    "ΟΔΟΣ ΣΟΦΟΣ ΑΣ'Β ΑΣ' Σ ΣΑΣ. Σίσυφος ὈΔΥΣΣΕΎΣ",
    "naïve café Café CAFÉ cafe\u0301 résumé Ångström ﬁne ﬂow Straße STRASSE ẞ",
    "日本語のテキスト 中文 字 한국어 ไทย हिन्दी عربى עברית",
    "😀 emoji👍🏽 tokens ½ ² ③ Ⅷ ٣٤ १२ ㈠ ㊗",
    "zero\u200bwidth non\u00a0breaking en\u2002space\u2028line \x1cfile\x1funit \x85nel",
    "aaaa aaaa aaaa bbbb bbbb cccc",
    "punctuation!?.,;:'\"()[]{}<>-–—…«»¿¡£$€%^&*#@~`+=/\\|",
    "ALL CAPS Here And There, mixedCase iPhone McDonald",
    "supercalifragilisticexpialidocious " * 3 + "w" * 100,
    "Ǆ ǅ ǆ ⅰ Ⅰ ⓐ Ⓐ ª º ʰ",
    "the, 'the' t-he THE £the ... -- 1813 x9 and/or (which) \"most\" it's",
    "it's the, 'the' t-he THE ... -- 1813 x9 and/or (which) \"most\" 'tis " * 3 + "nevertheless thereupon-",
    "i" * 63 + " me " + "." * 60 + "of" + "~" * 5,
    "A" * 64,
    "b" * 63 + " ",
]

PATTERNS = {
    "default": r"(?u)\b\w\w+\b",
    "letters": r"(?u)\b[A-Za-z]\w+\b",
    "single": r"(?u)\b\w+\b",
    "long": r"\b\w{4,}\b",
    "only letters": r"(?u)\b[a-zA-Z]{3,}\b",
    "digits first": r"\b[0-9]\w*\b",
    "group": r"(\w+)-\w+",
    "anything": r"\S+",
    "sets": r"[\w']+",
    "numbers": r"\d+",
    "one letter": r"(?u)\b\w\b",
    "bounded": r"\b\w{2,5}\b",
    "apostrophes": r"\b\w+'\w+\b",
    "no digits": r"(?u)\b[^\W\d_]{2,}\b",
    "any case": r"(?i)\b[b-hj-z]+\b",
    "either": r"\b[A-Za-z]+\b|\d",
    "within": r"\Ba\B",
    "up to": r"\ba{,2}\w",
    "at the end": r"\w+$",
    "may be empty": r"\d*",
    "group or not": r"(\d)?\w",
    "brackets": r"[]\w-]+",
    "not a class": r"[[:alpha:]]+",
    "by number": r"\u00e9|\x41|[\u03a0-\u03ff]+",
    "lazy": r"\w+?\b",
    "lines": r"(?m)^\w+|\w+$",
    "nested": r"\b(?:[A-Za-z]\w+|\d+(?:[.,]\d+)*)\b",
}


def codepoints():
    """All characters that this Python's Unicode has, but surrogates."""
    return [chr(c) for c in range(0x110000) if not 0xD800 <= c <= 0xDFFF and unicodedata.category(chr(c)) != "Cn"]


def ranges(chars):
    out = []
    for c in chars:
        c = ord(c)
        if out and out[-1][1] == c - 1:
            out[-1][1] = c
        else:
            out.append([c, c])
    return out


def counted(v, docs=DOCS):
    x = v.fit_transform(docs)
    return csr("x", x) | {"names": v.get_feature_names_out().tolist()}


def cases(out):
    all_ = codepoints()
    lower = [c for c in all_ if c.lower() != c]
    out(
        "feature",
        "unicode",
        {"unidata": unicodedata.unidata_version},
        assigned=ranges(all_),
        word=ranges(c for c in all_ if c.isalnum() or c == "_"),
        space=ranges(c for c in all_ if c.isspace()),
        capital=ranges(c for c in all_ if c.isupper() or c.istitle()),
        small=ranges(c for c in all_ if c.islower()),
        upper=[ord(c) for c in lower],
        lower=[c.lower() for c in lower],
        sentences=DOCS,
        lowered=[d.lower() for d in DOCS],
    )

    words = ["", "a", "ab", "abc", "abcd", "abcde", "the quick brown fox", "Ω", "日本語", "w" * 1000]
    out("feature", "murmur", hashes=[murmurhash3_32(w.encode(), seed=0) for w in words], words=words)

    hashing = {}
    for name, ours, theirs in [
        ("default", {}, {}),
        ("256", {"Buckets": 256, "NonNegative": True}, {"n_features": 256, "alternate_sign": False}),
        ("256 signs counts", {"Buckets": 256, "Norm": "none"}, {"n_features": 256, "norm": None}),
        ("1000 l1", {"Buckets": 1000, "Norm": "l1"}, {"n_features": 1000, "norm": "l1"}),
        ("2 signs", {"Buckets": 2, "Norm": "none"}, {"n_features": 2, "norm": None}),
        ("1", {"Buckets": 1}, {"n_features": 1}),
        ("7000 binary", {"Buckets": 7000, "Binary": True}, {"n_features": 7000, "binary": True}),
        ("letters", {"Buckets": 4096, "TokenPattern": PATTERNS["letters"]}, {"n_features": 4096, "token_pattern": PATTERNS["letters"]}),
        ("case", {"Buckets": 512, "KeepCase": True}, {"n_features": 512, "lowercase": False}),
        ("accents", {"Buckets": 512, "StripAccents": "unicode"}, {"n_features": 512, "strip_accents": "unicode"}),
        ("ascii", {"Buckets": 512, "StripAccents": "ascii"}, {"n_features": 512, "strip_accents": "ascii"}),
        ("grams", {"Buckets": 8192, "NGramMax": 3}, {"n_features": 8192, "ngram_range": (1, 3)}),
        ("chars", {"Buckets": 8192, "Analyzer": "char", "NGramMin": 2, "NGramMax": 4}, {"n_features": 8192, "analyzer": "char", "ngram_range": (2, 4)}),
        ("chars of words", {"Buckets": 8192, "Analyzer": "char_wb", "NGramMin": 1, "NGramMax": 5}, {"n_features": 8192, "analyzer": "char_wb", "ngram_range": (1, 5)}),
        ("stop", {"Buckets": 8192, "StopWords": sorted(ENGLISH_STOP_WORDS)}, {"n_features": 8192, "stop_words": "english"}),
    ]:
        hashing[name] = case(ours, **csr("x", HashingVectorizer(**theirs).transform(DOCS)))
    out("feature", "hashing", {}, hashing, docs=DOCS)

    count = {}
    for name, ours, theirs in [
        ("default", {}, {}),
        ("binary", {"Binary": True}, {"binary": True}),
        ("df", {"MinDF": 2, "MaxDF": 0.5}, {"min_df": 2, "max_df": 0.5}),
        ("share", {"MinDF": 0.1, "MaxDF": 3}, {"min_df": 0.1, "max_df": 3}),
        ("fixed", {"FixedVocabulary": ["zebra", "the", "of"]}, {"vocabulary": ["zebra", "the", "of"]}),
        ("grams", {"NGramMin": 2, "NGramMax": 2}, {"ngram_range": (2, 2)}),
        ("stop", {"StopWords": ["the", "of", "and"], "KeepCase": True}, {"stop_words": ["the", "of", "and"], "lowercase": False}),
        ("chars", {"Analyzer": "char"}, {"analyzer": "char"}),
    ] + [(f"pattern {k}", {"TokenPattern": p}, {"token_pattern": p}) for k, p in PATTERNS.items()]:
        count[name] = case(ours, **counted(CountVectorizer(**theirs)))
    top = CountVectorizer(max_features=5).fit(["e e e e e d d d d c c c b b a dd ee ff " + "dd ee ff " * 6 + "gg gg hh"])
    ties = ["a a a a a b c c", "b c d", "b d e e e e e e"]
    top_binary = CountVectorizer(max_features=2, binary=True, token_pattern=r"\w").fit(ties + ["b c", "c"])
    count["top binary"] = case({"MaxFeatures": 2, "Binary": True, "TokenPattern": r"\w"}, docs=ties + ["b c", "c"], names=top_binary.get_feature_names_out().tolist())
    count["top"] = case({"MaxFeatures": 5}, names=top.get_feature_names_out().tolist())
    out("feature", "count", {}, count, docs=DOCS)

    x = CountVectorizer().fit_transform(DOCS)
    dense = numpy.array([[3, 0, 1], [2, 0, 0], [3, 0, 0], [4, 0, 0], [0, 0, 0], [3, 0, 2.5], [1e-310, 0, 0], [0, 1e-150, 1e-150]])
    tfidf = {}
    for name, ours, theirs in [
        ("default", {}, {}),
        ("l1", {"Norm": "l1"}, {"norm": "l1"}),
        ("raw", {"Norm": "none"}, {"norm": None}),
        ("no idf", {"NoIDF": True}, {"use_idf": False}),
        ("sublinear", {"Sublinear": True}, {"sublinear_tf": True}),
        ("rough", {"NoSmooth": True}, {"smooth_idf": False}),
    ]:
        t = TfidfTransformer(**theirs)
        arrays = csr("x", t.fit_transform(x))
        if not ours.get("NoIDF"):
            arrays["idf"] = t.idf_
        if name != "rough":
            arrays["dense"] = t.fit(dense).transform(dense).toarray()
        tfidf[name] = case(ours, **arrays)
    out("feature", "tfidf", {}, tfidf, counts=dense, **csr("docs", x))

    out(
        "feature",
        "shingles",
        {},
        {
            name: case(ours, x=shingles(**theirs))
            for name, ours, theirs in [
                ("default", {}, {}),
                ("signs", {"K": 3, "Buckets": 100, "AlternateSign": True}, {"k": 3, "buckets": 100, "signs": True}),
                ("counts", {"K": 1, "Buckets": 64, "Counts": True}, {"k": 1, "buckets": 64, "counts": True}),
                ("long", {"K": 9, "Buckets": 32}, {"k": 9, "buckets": 32}),
            ]
        },
        docs=DOCS,
    )
    out(
        "feature",
        "summaries",
        {},
        {
            "default": case({}, x=[summary(d, 0.1, 0.9, ENGLISH_STOP_WORDS) for d in DOCS]),
            "own": case(
                {"LowerQuantile": 0.25, "UpperQuantile": 0.6, "StopWords": ["the", "dont"]},
                x=[summary(d, 0.25, 0.6, {"the", "dont"}) for d in DOCS],
            ),
        },
        docs=DOCS,
    )


def shingles(k=4, buckets=256, signs=False, counts=False):
    x = numpy.zeros((len(DOCS), buckets))
    for row, doc in zip(x, DOCS):
        n = max(0, len(doc) - k + 1)
        for i in range(n):
            h = murmurhash3_32(doc[i : i + k].encode(), seed=0)
            row[abs(h) % buckets] += -1 if signs and h < 0 else 1
        if n and not counts:
            row /= n
    return x


def summary(doc, lower, upper, stop):
    """What the workshop computes, and zeros where there are no words."""
    text = "".join(c for c in doc if c not in "!.><:;',@#~{}[]-_+=£$%^&()?")
    words = text.split()
    lengths = [len(w) for w in words]
    if not words:
        return [len(doc) - len(text)] + [0] * 8
    return [
        len(doc) - len(text),
        len(words),
        sum(lengths) / len(words),
        max(lengths),
        min(lengths),
        numpy.percentile(lengths, 100 * lower),
        numpy.percentile(lengths, 100 * upper),
        sum(not w.islower() for w in words),
        sum(w in stop for w in words),
    ]
