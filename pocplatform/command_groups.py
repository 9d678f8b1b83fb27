"""Verbs of the command line that come in groups: ``pocplatform keys … | devnet …``."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from pocplatform.terminal import (
    Json,
    Language,
    NotConfirmed,
    Steps,
    confirmed,
    print_json,
    read_settings,
)

keys_app = typer.Typer(help="The key that encrypts the wallets' keys.", no_args_is_help=True)

devnet_app = typer.Typer(help="The sandbox's own chain with all its data.", no_args_is_help=True)

File = Annotated[Path, typer.Argument(help="The snapshot.", show_default=False)]


@keys_app.callback()
def keys() -> None:
    """The master key, which encrypts the keys of the wallets."""


@keys_app.command()
def rotate(json_output: Json = False, language: Language = "en") -> None:
    """Encrypt the wallets' keys under a new master key. The sandbox must not be running."""
    from pocplatform.keys import rotate as rotate_keys

    steps = Steps(Console(stderr=True))
    done = rotate_keys(read_settings(), steps)
    steps.done()
    if json_output:
        print_json(asdict(done))
        return
    finnish = language == "fi"
    console = Console(soft_wrap=True)
    console.print(
        f"{done.rotated} avainta salattiin uudelleen; pääavaimen numero on {done.key_id}."
        if finnish
        else f"{done.rotated} keys are encrypted anew; the master key's number is {done.key_id}."
    )
    if done.file is None:
        console.print(
            "Poista nyt asetus POC_MASTER_KEY_PREVIOUS."
            if finnish
            else "Unset POC_MASTER_KEY_PREVIOUS now."
        )
    else:
        console.print(
            f"Vanha avain on tiedostossa {done.previous}; poista se, kun yhtään sen aikaista "
            "varmuuskopiota ei enää tarvita."
            if finnish
            else f"The old key is in {done.previous}; delete it when no backup of its time is "
            "needed any more."
        )


@devnet_app.command()
def snapshot(file: File, json_output: Json = False, language: Language = "en") -> None:
    """Save database, journal, manifest and keys in one file; the sandbox may be running."""
    from pocplatform.snapshots import take

    taken = take(read_settings(), file.absolute())
    if json_output:
        print_json(asdict(taken))
        return
    Console(soft_wrap=True).print(
        f"{taken.file}: {taken.blocks} lohkoa, {taken.transactions} tapahtumaa. Se sisältää "
        "avaimia."
        if language == "fi"
        else f"{taken.file}: {taken.blocks} blocks, {taken.transactions} transactions. It holds "
        "keys."
    )


@devnet_app.command()
def restore(
    file: File,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    json_output: Json = False,
    language: Language = "en",
) -> None:
    """Go back to a snapshot. The present data is moved aside; the sandbox must not be running."""
    from pocplatform.snapshots import restore as put_back

    settings = read_settings()
    question = (
        f"Siirretäänkö kansion {settings.data_dir} tiedot syrjään?"
        if language == "fi"
        else f"Move all data in {settings.data_dir} aside?"
    )
    if not yes and not confirmed(question):
        raise NotConfirmed(
            "Nothing was put back: it was not confirmed.",
            next_step="Answer y, or add --yes.",
        )
    done = put_back(settings, file.absolute())
    if json_output:
        print_json(asdict(done.snapshot) | {"backup": done.backup})
        return
    console = Console(soft_wrap=True)
    if language == "fi":
        console.print(f"Palautettiin {done.snapshot.blocks} lohkoa. Käynnistä: scripts/sandbox.")
    else:
        console.print(f"{done.snapshot.blocks} blocks are back. Start with scripts/sandbox.")
    if done.backup is not None:
        where = "Vanhat tiedot ovat kansiossa" if language == "fi" else "The old data is in"
        console.print(f"{where} {done.backup}.")


@devnet_app.command()
def rebuild(json_output: Json = False, language: Language = "en") -> None:
    """Make the chain from the journal and the read models from the chain, and check every block.

    The sandbox must not be running.
    """
    from pocplatform.snapshots import refuse_outside_node
    from pocplatform.startup import open_platform

    settings = read_settings()
    refuse_outside_node(settings)
    steps = Steps(Console(stderr=True))
    platform = open_platform(settings, steps)
    try:
        platform.engine.stop()
        steps("read models: write anew")
        changed = platform.engine.reindex()
        steps.done()
    finally:
        platform.close()
    report = platform.rebuilt
    assert report is not None  # a devnet is rebuilt at every start
    if json_output:
        print_json(asdict(report) | {"changed_read_models": changed})
        return
    Console(soft_wrap=True).print(
        f"Rakennettiin {report.blocks} lohkoa ja {report.transactions} tapahtumaa, "
        f"{report.seconds:.1f} s; {len(report.hash_mismatches)} lohkon tiiviste on toinen. Toisin "
        f"tulleet lukumallit: {', '.join(changed) or 'ei yhtään'}."
        if language == "fi"
        else f"{report.blocks} blocks with {report.transactions} transactions were rebuilt in "
        f"{report.seconds:.1f} s; {len(report.hash_mismatches)} have another hash. Read models "
        f"that came out otherwise: {', '.join(changed) or 'none'}."
    )
