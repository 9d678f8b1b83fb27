"""What happened in a transaction, and what would happen in one: traces and simulations.

The chain is public, and so are names and ABIs. What a source says, its lines and the names of its
variables, is shown to the tenant that has compiled it, as everywhere in the workbench.
"""
