"""Locked runs (SPEC 10): combined figures that can be proved later, and what has become of what they were made of.

`lock` is the face. `text` and `manifest` say what is written, `store` writes and reads it, `inputs` tells which files
were read, `compare` looks whether they still give the same figures, `state` says what came of that.
"""
