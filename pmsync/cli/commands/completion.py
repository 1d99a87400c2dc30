"""`pmsync completion`: prints a shell's completion script."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from pmsync.cli.terminal import output

NOTES = {
    "bash": "put it into ~/.local/share/bash-completion/completions/pmsync",
    "zsh": "put it into a folder of your $fpath, as _pmsync",
    "fish": "put it into ~/.config/fish/completions/pmsync.fish",
}


@click.command()
@click.argument("shell", metavar="SHELL", type=click.Choice(list(NOTES)))
def command(shell: str) -> None:
    """Print the completion script of a shell, for a file that the shell reads.

    \b
    Examples:
      pmsync completion bash > ~/.local/share/bash-completion/completions/pmsync
      pmsync completion zsh > ~/.zfunc/_pmsync
      pmsync completion fish > ~/.config/fish/completions/pmsync.fish
    """
    from pmsync.cli.main import cli  # noqa: PLC0415 (the group imports this module)

    completion = get_completion_class(shell)
    assert completion is not None  # noqa: S101 (click knows the shells of the choice above)
    output.echo(completion(cli, {}, "pmsync", "_PMSYNC_COMPLETE").source())
    if output.is_terminal():
        output.log(NOTES[shell])
