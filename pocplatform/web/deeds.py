"""What a transaction does, in people's words: for pages and receipts."""

from pocplatform.kit.i18n import Phrase

_DEEDS = {
    "DidRegistry.registerSigned": Phrase("Identity registered"),
    "DidRegistry.setAttribute": Phrase("Identity registered"),
    "DidRegistry.revokeAttribute": Phrase("Entry of an identity removed"),
    "DidRegistry.addDelegate": Phrase("Delegate added"),
    "DidRegistry.revokeDelegate": Phrase("Delegate removed"),
    "DidRegistry.changeOwner": Phrase("Owner of an identity changed"),
    "TrustedIssuers.accredit": Phrase("Issuer accepted as trusted"),
    "TrustedIssuers.renew": Phrase("Issuer's right renewed"),
    "TrustedIssuers.withdraw": Phrase("Issuer's right withdrawn"),
    "CredentialStatus.anchor": Phrase("Credential recorded"),
    "CredentialStatus.revoke": Phrase("Credential revoked"),
    "CredentialStatus.suspend": Phrase("Credential suspended"),
    "CredentialStatus.resume": Phrase("Credential valid again"),
    "PilotEuro.mint": Phrase("Test money given"),
    "PilotEuro.drip": Phrase("Test money given"),
    "PilotEuro.transfer": Phrase("Money transferred"),
    "PilotEuro.approve": Phrase("Leave to take money given"),
    "PilotEuro.redeem": Phrase("Test money given back"),
    "ServiceAgreements.activate": Phrase("Agreement brought into force"),
    "ServiceAgreements.fund": Phrase("Paid into escrow"),
    "ServiceAgreements.deliver": Phrase("Delivered"),
    "ServiceAgreements.accept": Phrase("Accepted and paid"),
    "ServiceAgreements.acceptBySilence": Phrase("Accepted by silence and paid"),
    "ServiceAgreements.dispute": Phrase("Delivery disputed"),
    "ServiceAgreements.resolve": Phrase("Dispute settled"),
    "ServiceAgreements.amend": Phrase("Agreement amended"),
    "ServiceAgreements.terminate": Phrase("Agreement ended by all parties"),
    "ServiceAgreements.expire": Phrase("Agreement ended by time"),
    "Invoices.pay": Phrase("Invoice paid"),
    "Invoices.refund": Phrase("Refund on an invoice"),
    "Invoices.cancel": Phrase("Invoice called back"),
    "Mandates.register": Phrase("Mandate given"),
    "Mandates.collect": Phrase("Collected by mandate"),
    "Mandates.pause": Phrase("Mandate paused"),
    "Mandates.resume": Phrase("Mandate valid again"),
    "Mandates.cancel": Phrase("Mandate ended"),
    "Splits.create": Phrase("Shares agreed on"),
    "Splits.distribute": Phrase("Shares paid out"),
    "Items.createItem": Phrase("Kind of item created"),
    "Items.mint": Phrase("Items issued"),
    "Items.mintWithVoucher": Phrase("Voucher redeemed"),
    "Items.burn": Phrase("Items destroyed"),
    "Items.redeem": Phrase("Items used up"),
    "Items.safeTransferFrom": Phrase("Items handed over"),
    "Items.setApprovalForAll": Phrase("Leave to hand items over given"),
    "Items.setGate": Phrase("Right to redeem items changed"),
    "Items.cancelNonce": Phrase("Voucher or consent taken back"),
    "Market.buy": Phrase("Bought on the market"),
    "Market.sell": Phrase("Sold to an offer"),
    "Market.cancelNonce": Phrase("Listing or offer taken back"),
    "Parcels.setPlan": Phrase("Plan of parcels set"),
    "Parcels.mint": Phrase("Parcel made"),
    "Parcels.transferFrom": Phrase("Parcel handed over"),
    "Parcels.setApprovalForAll": Phrase("Leave to hand parcels over given"),
    "Parcels.setRentalTerms": Phrase("Terms of rental set"),
    "Parcels.rent": Phrase("Parcel rented"),
    "Parcels.setUser": Phrase("Parcel lent"),
    "Parcels.giveUp": Phrase("Use of a parcel ended"),
    "Parcels.releaseDeposit": Phrase("Deposit paid back"),
    "Parcels.claimDeposit": Phrase("Part of a deposit claimed"),
    "Parcels.acceptClaim": Phrase("Claim on a deposit accepted"),
    "Parcels.decideClaim": Phrase("Claim on a deposit decided"),
    "Spaces.createSpace": Phrase("Space created"),
    "Spaces.setEntryRule": Phrase("Entry rule set"),
    "Spaces.setLink": Phrase("Way between spaces changed"),
    "Spaces.setClosed": Phrase("Space closed or opened"),
    "Spaces.withdrawInvitations": Phrase("Invitations made useless"),
    "Spaces.enter": Phrase("Space entered"),
    "Spaces.leave": Phrase("Space left"),
    "Spaces.travel": Phrase("Gone over into another space"),
    "Spaces.expel": Phrase("Visitor made to leave"),
}
"""By the contract's name and what its function's name begins with; the longest that fits counts."""
_DEPLOYED = Phrase("Contract put on the chain")


def deed(contract: str, function: str, language: str) -> str:
    """What a contract's function does; of one that is not ours, the function's own name."""
    name = f"{contract}.{function}"
    fitting = [known for known in _DEEDS if name.startswith(known)]
    if fitting:
        return _DEEDS[max(fitting, key=len)].render(language)
    return _DEPLOYED.render(language) if function == "deploy" else function
