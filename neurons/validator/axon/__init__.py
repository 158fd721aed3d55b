"""The validator's axon: the SDK's, behind limits that it lacks, in front of the desk.

socket ──► gateway   path, length, slots and pace of bodies; all refusals in one short format
             └──► the SDK's middleware ──► hooks   registered? ──► header signed, nonce fresh and unused?
                                             └──► read the body ──► handlers ──► desk
"""
