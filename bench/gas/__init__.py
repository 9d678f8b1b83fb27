"""Gas of the contracts' operations, beside what others need for the same and the design's targets.

The operations of the modules ``identity``, ``money``, ``agreements`` and ``assets`` are the one
place that says what is measured, under which conditions, and what it may cost.
"""
