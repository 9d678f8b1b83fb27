"""Spaces, and what several contracts have."""

from pocplatform.domains.explorer.sentences.said import Arguments, Said, Table, entries, if_set

_RULES = (
    Said(
        "Anybody may enter the space {spaceId:space}.",
        "Tilaan {spaceId:space} pääsee kuka tahansa.",
    ),
    Said("The space {spaceId:space} opens to holders of a ticket.",
         "Tilaan {spaceId:space} pääsee pääsylipulla."),
    Said("The space {spaceId:space} opens to holders of a credential by {issuer}.",
         "Tilaan {spaceId:space} pääsee todistuksella, jonka myöntäjä on {issuer}."),
    Said("The space {spaceId:space} opens to those who are invited.",
         "Tilaan {spaceId:space} pääsee kutsulla."),
)  # fmt: skip


def _rule(arguments: Arguments) -> Said:
    number = int(arguments["rule"])
    return _RULES[number] if number < len(_RULES) else _RULES[-1]


_WAY = if_set(
    "linked",
    Said(
        "A way was opened from the space {from:space} to the space {to:space}.",
        "Tilasta {from:space} avattiin kulkuyhteys tilaan {to:space}.",
    ),
    Said(
        "The way from the space {from:space} to the space {to:space} was closed.",
        "Kulkuyhteys tilasta {from:space} tilaan {to:space} suljettiin.",
    ),
)
_CLOSED = if_set(
    "closed",
    Said("The space {spaceId:space} was closed.", "Tila {spaceId:space} suljettiin."),
    Said("The space {spaceId:space} was opened again.", "Tila {spaceId:space} avattiin uudelleen."),
)
_OFFERED = if_set(
    "candidate",
    Said(
        "The space {spaceId:space} was offered to {candidate}.",
        "Tilaa {spaceId:space} tarjottiin uudelle omistajalle {candidate}.",
    ),
    Said(
        "The offer of the space {spaceId:space} was taken back.",
        "Tarjous luovuttaa tila {spaceId:space} peruttiin.",
    ),
)
_KEPT_BY = Said(
    "The space {spaceId:space} is kept in the name of {provider}.",
    "Tilaa {spaceId:space} pidetään palveluntarjoajan {provider} nimissä.",
)
_NO_INVITATIONS = Said(
    "Invitations to the space {spaceId:space} were taken back.",
    "Kutsut tilaan {spaceId:space} peruttiin.",
)

SENTENCES: Table = {
    **entries("Spaces", {
        "createSpace": Said("{sender} opened a new space.", "{sender} perusti uuden tilan."),
        "setEntryRule EntryRuleSet": _rule,
        "setClosed SpaceClosedSet": _CLOSED,
        "offerSpace SpaceOffered": _OFFERED,
        "acceptSpace": Said(
            "{sender} took over the space {spaceId:space}.",
            "{sender} otti vastaan tilan {spaceId:space}.",
        ),
        "setProvider SpaceProviderSet": _KEPT_BY,
        "setLink SpaceLinkSet": _WAY,
        "withdrawInvitations InvitationsWithdrawn": _NO_INVITATIONS,
        "enter": Said(
            "{sender} entered the space {spaceId:space}.", "{sender} tuli tilaan {spaceId:space}."
        ),
        "leave": Said(
            "{sender} left the space {spaceId:space}.", "{sender} lähti tilasta {spaceId:space}."
        ),
        "travel": Said(
            "{sender} went from the space {from:space} to the space {to:space}.",
            "{sender} siirtyi tilasta {from:space} tilaan {to:space}.",
        ),
        "expel": Said(
            "{sender} made {visitor} leave the space {spaceId:space}.",
            "{sender} poisti kävijän {visitor} tilasta {spaceId:space}.",
        ),
        "SpaceCreated": Said(
            "{owner} opened the space {spaceId:space}.", "{owner} perusti tilan {spaceId:space}."
        ),
        "SpaceTransferred": Said(
            "The space {spaceId:space} went from {previousOwner} to {owner}.",
            "Tila {spaceId:space} vaihtoi omistajaa. Luovuttaja {previousOwner}, saaja {owner}.",
        ),
        "SpaceEntered": Said(
            "{visitor} entered the space {spaceId:space}.", "{visitor} tuli tilaan {spaceId:space}."
        ),
        "SpaceLeft": Said(
            "{visitor} left the space {spaceId:space}.", "{visitor} lähti tilasta {spaceId:space}."
        ),
    }),
    **entries("*", {
        "EIP712DomainChanged": Said(
            "{contract} takes signatures in another form from now on.",
            "Allekirjoitusten muoto vaihtui. Älysopimus {contract}.",
        ),
        "grantRole RoleGranted": Said(
            "{account} got a right to run {contract}.",
            "{account} sai oikeuden ylläpitää älysopimusta {contract}.",
        ),
        "revokeRole RoleRevoked": Said(
            "{account} lost a right to run {contract}.",
            "{account} menetti oikeuden ylläpitää älysopimusta {contract}.",
        ),
        "renounceRole": Said(
            "{sender} gave up a right to run {contract}.",
            "{sender} luopui oikeudesta ylläpitää älysopimusta {contract}.",
        ),
        "RoleAdminChanged": Said(
            "Others decide from now on who runs {contract}.",
            "Älysopimuksen {contract} ylläpito-oikeuksista päättää nyt toinen taho.",
        ),
    }),
}  # fmt: skip
"""By contract and name of the function or event."""
