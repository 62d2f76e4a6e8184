"""The nouns: records, vocabulary, rules as data, the store and the outputs. Imports nothing of the other rooms."""
