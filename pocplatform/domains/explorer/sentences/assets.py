"""Items, tickets, the market and parcels."""

from pocplatform.domains.explorer.sentences.said import (
    NOBODY,
    Arguments,
    Said,
    Sentence,
    Table,
    entries,
    if_set,
)


def _items_moved(arguments: Arguments) -> Said:
    if arguments["from"] == NOBODY:
        return Said(
            "{to} got {value:number} × {id:item}, new.",
            "{to} sai uuden esineen: {value:number} × {id:item}.",
        )  # fmt: skip
    if arguments["to"] == NOBODY:
        return Said(
            "{value:number} × {id:item} of {from} was used up.",
            "{from} käytti loppuun: {value:number} × {id:item}.",
        )
    return Said(
        "{value:number} × {id:item} went from {from} to {to}.",
        "{value:number} × {id:item} siirtyi. Luovuttaja {from}, saaja {to}.",
    )


def _parcel_moved(arguments: Arguments) -> Said:
    if arguments["from"] == NOBODY:
        return Said(
            "The parcel {tokenId:parcel} came into being; it belongs to {to}.",
            "Tontti {tokenId:parcel} muodostettiin. Omistaja {to}.",
        )
    return Said(
        "The parcel {tokenId:parcel} went from {from} to {to}.",
        "Tontti {tokenId:parcel} vaihtoi omistajaa. Luovuttaja {from}, saaja {to}.",
    )


def _may_move(holder: str) -> Sentence:
    """Somebody lets somebody else hand over all that it holds, or does so no longer."""
    return if_set(
        "approved",
        Said(
            f"{{{holder}}} lets {{operator}} hand over what it holds.",
            f"{{{holder}}} antoi luvan luovuttaa hallussaan olevaa. Luvan sai {{operator}}.",
        ),
        Said(
            f"{{{holder}}} no longer lets {{operator}} hand over what it holds.",
            f"{{{holder}}} perui luvan luovuttaa hallussaan olevaa. Luvan menetti {{operator}}.",
        ),
    )


_GATE = if_set(
    "allowed",
    Said("{gate} may redeem {id:item}.", "{gate} saa lunastaa esineen {id:item}."),
    Said(
        "{gate} may no longer redeem {id:item}.",
        "{gate} ei saa enää lunastaa esinettä {id:item}.",
    ),
)  # fmt: skip
_REDEEMED = Said(
    "{sender} redeemed {amount:number} × {id:item} of {holder}.",
    "{sender} lunasti: {amount:number} × {id:item}. Haltija {holder}.",
)
_BOUGHT = Said(
    "{sender} bought {quantity:number} × {listing:goods} from {listing.maker} for "
    "{listing.unitPrice:money} each.",
    "{sender} osti: {quantity:number} × {listing:goods}. Myyjä {listing.maker}, kappalehinta "
    "{listing.unitPrice:money}.",
)
_RENTED = Said(
    "{sender} rented the parcel {tokenId:parcel} for {length:days}, at {terms.pricePerDay:money} a "
    "day.",
    "{sender} vuokrasi tontin {tokenId:parcel}. Kesto {length:days}, päivähinta "
    "{terms.pricePerDay:money}.",
)
_PARCEL_GIVEN = Said(
    "{from} gave the parcel {tokenId:parcel} to {to}.",
    "{from} luovutti tontin {tokenId:parcel}. Saaja {to}.",
)
_MAY_GIVE = Said(
    "{sender} lets {to} hand over the parcel {tokenId:parcel}.",
    "{sender} antoi luvan luovuttaa tontin {tokenId:parcel}. Luvan sai {to}.",
)
_PLAN = Said(
    "The space {spaceId:space} has room for parcels: {width:number} × {depth:number}. {steward} "
    "assigns them.",
    "Tilassa {spaceId:space} on paikkoja tonteille: {width:number} × {depth:number}. Isännöitsijä "
    "{steward}.",
)

SENTENCES: Table = {
    **entries("Items", {
        "createItem": Said(
            "{sender} brought out a new kind of item.", "{sender} loi uuden esineen."
        ),
        "mint": Said(
            "{sender} gave out {amount:number} × {id:item} to {to}.",
            "{sender} laski liikkeeseen: {amount:number} × {id:item}. Saaja {to}.",
        ),
        "mintWithVoucher": Said(
            "{to} got {amount:number} × {id:item} for a voucher.",
            "{to} sai kupongilla: {amount:number} × {id:item}.",
        ),
        "burn": Said(
            "{sender} destroyed {amount:number} × {id:item}.",
            "{sender} hävitti: {amount:number} × {id:item}.",
        ),
        "cancelNonce": Said(
            "{sender} took back a signed leave.", "{sender} perui allekirjoittamansa luvan."
        ),
        "NonceCancelled": Said(
            "{signer} took back a signed leave.", "{signer} perui allekirjoittamansa luvan."
        ),
        "redeem redeemWithSignature": _REDEEMED,
        "safeTransferFrom": Said(
            "{from} gave {value:number} × {id:item} to {to}.",
            "{from} luovutti: {value:number} × {id:item}. Saaja {to}.",
        ),
        "safeBatchTransferFrom": Said(
            "{from} gave {ids:count} kinds of items to {to}.",
            "{from} luovutti {ids:count} eri esinettä. Saaja {to}.",
        ),
        "setApprovalForAll": _may_move("sender"),
        "setGate GateSet": _GATE,
        "ItemCreated": Said(
            "{creator} brought out {id:item}.", "{creator} loi esineen {id:item}."
        ),
        "ItemRedeemed": Said(
            "{gate} redeemed {amount:number} × {id:item} of {holder}.",
            "{gate} lunasti: {amount:number} × {id:item}. Haltija {holder}.",
        ),
        "MintVoucherUsed": Said(
            "{to} used a voucher of {creator} for {id:item}.",
            "{to} käytti kupongin. Tekijä {creator}, esine {id:item}.",
        ),
        "TransferSingle": _items_moved,
        "TransferBatch": Said(
            "{ids:count} kinds of items went from {from} to {to}.",
            "{ids:count} eri esinettä siirtyi. Luovuttaja {from}, saaja {to}.",
        ),
        "ApprovalForAll": _may_move("account"),
        "URI": Said(
            "The description of {id:item} has a new address.",
            "Esineen {id:item} kuvauksella on uusi osoite.",
        ),
    }),
    **entries("Market", {
        "buy buyWithPermit": _BOUGHT,
        "sell": Said(
            "{sender} sold {quantity:number} × {offer:goods} to {offer.maker} for "
            "{offer.unitPrice:money} each.",
            "{sender} myi: {quantity:number} × {offer:goods}. Ostaja {offer.maker}, kappalehinta "
            "{offer.unitPrice:money}.",
        ),
        "cancelNonce": Said(
            "{sender} took back a listing or an offer.",
            "{sender} perui ilmoituksen tai tarjouksen.",
        ),
        "NonceCancelled": Said(
            "{signer} took back a listing or an offer.",
            "{signer} perui ilmoituksen tai tarjouksen.",
        ),
        "Sold": if_set(
            "royalty",
            Said(
                "{buyer} bought {quantity:number} × {all:goods} from {seller} for {price:money}; "
                "{royalty:money} of it is the creator's royalty.",
                "{buyer} osti: {quantity:number} × {all:goods}. Myyjä {seller}, hinta "
                "{price:money}, "
                "josta tekijän rojalti {royalty:money}.",
            ),
            Said(
                "{buyer} bought {quantity:number} × {all:goods} from {seller} for {price:money}.",
                "{buyer} osti: {quantity:number} × {all:goods}. Myyjä {seller}, hinta "
                "{price:money}.",
            ),
        ),
    }),
    **entries("Parcels", {
        "setPlan PlanSet": _PLAN,
        "mint": Said(
            "{sender} assigned the parcel {tokenId:parcel} to {to}.",
            "{sender} muodosti tontin {tokenId:parcel}. Omistaja {to}.",
        ),
        "approve": if_set(
            "to",
            _MAY_GIVE,
            Said(
                "{sender} lets nobody else hand over the parcel {tokenId:parcel}.",
                "{sender} perui luvan luovuttaa tontin {tokenId:parcel}.",
            ),
        ),
        "setApprovalForAll": _may_move("sender"),
        "transferFrom safeTransferFrom": _PARCEL_GIVEN,
        "setRentalTerms": if_set(
            "terms.arbiter",
            Said(
                "{sender} offers the parcel {tokenId:parcel} for rent at "
                "{terms.pricePerDay:money} a day, deposit {terms.deposit:money}.",
                "{sender} tarjoaa tontin {tokenId:parcel} vuokralle. Päivähinta "
                "{terms.pricePerDay:money}, vakuus {terms.deposit:money}.",
            ),
            Said(
                "{sender} no longer offers the parcel {tokenId:parcel} for rent.",
                "{sender} ei enää tarjoa tonttia {tokenId:parcel} vuokralle.",
            ),
        ),
        "rent rentWithPermit": _RENTED,
        "setUser": if_set(
            "user",
            Said(
                "{sender} let {user} use the parcel {tokenId:parcel}.",
                "{sender} antoi tontin {tokenId:parcel} käyttöön. Käyttäjä {user}.",
            ),
            Said(
                "{sender} ended the use of the parcel {tokenId:parcel}.",
                "{sender} päätti tontin {tokenId:parcel} käytön.",
            ),
        ),
        "giveUp": Said(
            "{sender} gave the use of the parcel {tokenId:parcel} up.",
            "{sender} luopui tontin {tokenId:parcel} käytöstä.",
        ),
        "claimDeposit": Said(
            "{sender} claims {amount:money} of the deposit of the parcel {tokenId:parcel}.",
            "{sender} vaatii vakuudesta {amount:money}. Tontti {tokenId:parcel}.",
        ),
        "acceptClaim": Said(
            "{sender} agreed to the claim on the deposit of the parcel {tokenId:parcel}.",
            "{sender} suostui vaatimukseen vakuudesta. Tontti {tokenId:parcel}.",
        ),
        "decideClaim": Said(
            "{sender} decided the claim on the deposit of the parcel {tokenId:parcel}: the owner "
            "gets {ownerAmount:money}.",
            "{sender} ratkaisi vakuutta koskevan vaatimuksen: omistaja saa {ownerAmount:money}. "
            "Tontti {tokenId:parcel}.",
        ),
        "releaseDeposit": Said(
            "The deposit of the parcel {tokenId:parcel} was paid back.",
            "Tontin {tokenId:parcel} vakuus vapautettiin.",
        ),
        "withdrawHeld": Said(
            "{sender} collected a payment that was kept for it, to {to}.",
            "{sender} nosti sille säilytetyn maksun tilille {to}.",
        ),
        "RentalTermsSet": if_set(
            "arbiter",
            Said(
                "The parcel {tokenId:parcel} is to let at {pricePerDay:money} a day, deposit "
                "{deposit:money}.",
                "Tontti {tokenId:parcel} on vuokrattavana. Päivähinta {pricePerDay:money}, vakuus "
                "{deposit:money}.",
            ),
            Said(
                "The parcel {tokenId:parcel} is no longer to let.",
                "Tontti {tokenId:parcel} ei ole enää vuokrattavana.",
            ),
        ),
        "ParcelRented": Said(
            "{user} rented the parcel {tokenId:parcel} from {owner} for {price:money}, deposit "
            "{deposit:money}.",
            "{user} vuokrasi tontin {tokenId:parcel}. Vuokranantaja {owner}, hinta {price:money}, "
            "vakuus {deposit:money}.",
        ),
        "ParcelGivenUp": Said(
            "{user} gave the use of the parcel {tokenId:parcel} up.",
            "{user} luopui tontin {tokenId:parcel} käytöstä.",
        ),
        "DepositClaimed": Said(
            "{amount:money} of the deposit of the parcel {tokenId:parcel} is claimed.",
            "Vakuudesta vaaditaan {amount:money}. Tontti {tokenId:parcel}.",
        ),
        "DepositSettled": Said(
            "The deposit of the parcel {tokenId:parcel} was paid out: {userAmount:money} to "
            "{user}, "
            "{ownerAmount:money} to {owner}.",
            "Tontin {tokenId:parcel} vakuus maksettiin: {userAmount:money} saajalle {user}, "
            "{ownerAmount:money} saajalle {owner}.",
        ),
        "ParcelPaymentHeld": Said(
            "{amount:money} could not be paid to {account} and is kept for it.",
            "Maksu {amount:money} ei mennyt perille ja odottaa saajaa {account}.",
        ),
        "ParcelPaymentWithdrawn": Said(
            "{account} collected {amount:money} that was kept for it.",
            "{account} nosti odottaneen maksun {amount:money}.",
        ),
        "Transfer": _parcel_moved,
        "Approval": if_set(
            "approved",
            Said(
                "{owner} lets {approved} hand over the parcel {tokenId:parcel}.",
                "{owner} antoi luvan luovuttaa tontin {tokenId:parcel}. Luvan sai {approved}.",
            ),
            Said(
                "{owner} lets nobody else hand over the parcel {tokenId:parcel}.",
                "{owner} perui luvan luovuttaa tontin {tokenId:parcel}.",
            ),
        ),
        "ApprovalForAll": _may_move("owner"),
        "UpdateUser": if_set(
            "user",
            Said(
                "The parcel {tokenId:parcel} is used by {user}.",
                "Tonttia {tokenId:parcel} käyttää {user}.",
            ),
            Said(
                "Nobody uses the parcel {tokenId:parcel} any more.",
                "Tonttia {tokenId:parcel} ei käytä enää kukaan.",
            ),
        ),
    }),
}  # fmt: skip
"""By contract and name of the function or event."""
