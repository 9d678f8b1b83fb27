"""A spare part's printing licence: what is particular to it."""

from __future__ import annotations

from tests.pilots.words import wrong_words


def test_eleventh_print_is_refused_by_market_platform_and_contract(play):
    played = play("printing-licence")
    assert [(one.role, one.code) for one in played.refusals] == [
        ("printer", "order_filled"),
        ("printer", "item_terms_invalid"),
        ("designer", "ItemsCapExceeded"),
    ]


def test_invoice_carries_the_refund_of_one_cover_with_its_vat(play):
    played = play("printing-licence")
    with played.sandbox("sawmill") as sandbox:
        invoice = sandbox.invoices.get(played.shown["order"].known["invoice"])
    assert (invoice.net, invoice.vat, invoice.total) == (68_000, 17_340, 85_340)
    assert (invoice.paid, invoice.refunded) == (85_340, 8_534)
    assert invoice.total - invoice.refunded == 9 * 8_534


def test_step_played_again_uses_no_second_right(play):
    played = play("printing-licence")
    played.again("first-build")
    with played.sandbox("sawmill") as sandbox:
        licence = sandbox.items.get(played.shown["licence"].known["item"])
    assert (licence.minted, licence.redeemed) == (10, 10)


def test_words_tell_the_same_in_both_languages():
    assert wrong_words("printing-licence") == []
