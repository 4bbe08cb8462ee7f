"""Functions compiled to machine code on their first call and kept on disk.

Numba looks at the file of a function only when it decides whether the code on disk is still good, not
at what the function calls or takes. So the code of each state of this package is kept by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from hashlib import blake2b
from importlib import resources
from typing import Any, TypeVar, cast

import numba
import numpy as np
from llvmlite import ir
from numba.extending import intrinsic
from numba.misc.appdirs import user_cache_dir

F = TypeVar("F", bound=Callable[..., object])

_LINE = 64  # bytes of a cache line

int64 = cast("Callable[[Any], int]", np.int64)


@cache
def source_digest() -> str:
    """Return a name for this state of the package and of the modules beside it, whose constants it has."""
    folders = (resources.files(package) for package in ("matcher", "matcher.engine"))
    sources = sorted((each for folder in folders for each in folder.iterdir()), key=lambda each: each.name)
    texts = (each.read_bytes() for each in sources if each.name.endswith(".py"))
    return blake2b(b"\0".join(texts), digest_size=8).hexdigest()


_config: Any = numba.config
_folder_of: Any = user_cache_dir
if not _config.CACHE_DIR:
    _config.CACHE_DIR = f"{_folder_of('lastmeter')}/engine-{source_digest()}"


def compiled(function: F) -> F:
    """Compile a function of numbers, arrays and named tuples of these.

    A call holds the interpreter's lock from its start to its end, so no other thread sees what it
    writes by halves, and it sees nothing that another one is writing.
    """
    return cast("F", numba.njit(cache=True, error_model="numpy")(function))


def compiled_aside(function: F) -> F:
    """Compile a function that lets other threads go on.

    For arrays that nobody else has yet, or parts of them that no writer touches.
    """
    return cast("F", numba.njit(cache=True, error_model="numpy", nogil=True)(function))


def inlined(function: F) -> F:
    """Compile a function into each place that calls it: for what is called millions of times."""
    return cast("F", numba.njit(cache=True, error_model="numpy", inline="always")(function))


@inlined
def fetch(address: int, size: int) -> None:
    """Have some bytes fetched into the caches while the computation goes on; any address will do."""
    for offset in range(0, size, _LINE):
        _prefetch(address + offset)


def _prefetching(_: Any, address: Any) -> tuple[Any, Callable[..., Any]]:
    def generate(context: Any, builder: Any, _: Any, arguments: Any) -> Any:
        byte, number = ir.IntType(8).as_pointer(), ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [byte, number, number, number])
        function = builder.module.declare_intrinsic("llvm.prefetch", [byte], kind)
        options = [number(0), number(3), number(1)]  # to read, into all caches, data
        builder.call(function, [builder.inttoptr(arguments[0], byte), *options])
        return context.get_dummy_value()

    return numba.void(address), generate


_prefetch = cast("Callable[[int], None]", intrinsic(_prefetching))
