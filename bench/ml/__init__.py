"""The workflow library beside scikit-learn and pandas: both do the same work on the
same texts, in turns, each in a process of its own that has read them."""
