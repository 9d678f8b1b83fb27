"""The workbench: developers compile, deploy and call contracts of their own.

What is on the chain is public, and so is the ABI of what stands at an address; sources, compiled
output, documentation, constructor arguments and metadata are the tenant's own. So a contract's id
is known to its tenant only (404 for others), while everybody may attach its address and call it.
"""
