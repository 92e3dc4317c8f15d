"""`passmanager org texts` and `pass-texts`: what the NFTs of an organization look like."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from passmanager.abi.structs import Metadata
from passmanager.cli.cells import camel
from passmanager.cli.values import OrgId, given, sized
from passmanager.cli.writing import Step, Writer, writes

if TYPE_CHECKING:
    from passmanager.client import PassManager
    from passmanager.core.calls import Call

Text = str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """One of the two sets of texts: what they are of, how they are read and set."""

    noun: str
    read: Callable[["PassManager", int], Metadata]
    write: Callable[["PassManager", int, Metadata], "Call[None]"]


TEXTS: Final = {
    "texts": Texts(
        noun="organization's own NFT",
        read=lambda client, org: client.org_nft.org_metadata(org),
        write=lambda client, org, texts: client.org_nft.calls.set_org_metadata(org, texts),
    ),
    "pass-texts": Texts(
        noun="organization's passes",
        read=lambda client, org: client.org_nft.pass_metadata(org),
        write=lambda client, org, texts: client.org_nft.calls.set_pass_metadata(org, texts),
    ),
}


def texts_command(app: typer.Typer, name: str, of: Texts) -> None:
    """Adds the command that changes a set of texts."""

    def change(
        desk: Writer,
        org: OrgId,
        *,
        title: Annotated[Text, typer.Option("--name", help="Name.", metavar="TEXT", parser=sized(64))] = None,
        description: Annotated[Text, typer.Option(help="Description.", metavar="TEXT", parser=sized(512))] = None,
        image: Annotated[Text, typer.Option(help="Address of an image.", metavar="TEXT", parser=sized(256))] = None,
        external_url: Annotated[
            Text, typer.Option("--url", help="Web site.", metavar="TEXT", parser=sized(256))
        ] = None,
        background_color: Annotated[
            Text, typer.Option("--color", help="Six hexadecimal digits, without #.", metavar="TEXT", parser=sized(6))
        ] = None,
        animation_url: Annotated[
            Text, typer.Option("--animation", help="Address of an animation.", metavar="TEXT", parser=sized(256))
        ] = None,
    ) -> Step:
        options: dict[str, Any] = {
            "name": title,
            "description": description,
            "image": image,
            "external_url": external_url,
            "background_color": background_color,
            "animation_url": animation_url,
        }
        changes = given(options, "text")
        wanted = replace(of.read(desk.client, org), **changes)
        return Step(
            title=f"Set the texts of the {of.noun} ({org})",
            call=of.write(desk.client, org, wanted),
            facts={"orgId": org, **{camel(key): value for key, value in asdict(wanted).items()}},
        )

    change.__doc__ = f"Change texts of the {of.noun}; an empty one stands for the default, the others stay."
    writes(app, name)(change)
