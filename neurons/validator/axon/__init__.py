"""The validator's axon: the SDK's own, behind limits that it lacks, in front of the desk.

socket ──► front   path, length, room for bodies, their pace; every refusal in one short shape
             └──► the SDK's middleware ──► hooks   registered? ──► header signed, fresh, never used before?
                                             └──► the body ──► handlers ──► the desk
"""
