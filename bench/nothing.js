// Nothing: the least that a program of node can be.
