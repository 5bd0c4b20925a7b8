"""3 x 3 convolutions by Winograd's minimal filtering: the same sums with fewer multiplications. Nothing is trained.

Y = A' [(G g G') * (B' d B)] A over tiles of 6 x 6 that give 4 x 4 outputs: 36 multiplications where the plain way
takes 144. Lavin and Gray 2016, "Fast Algorithms for Convolutional Neural Networks", section 4.1 and F(4 x 4, 3 x 3).
"""

from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional

TILE: Final = 4  # outputs a tile has on each side; it sees two pixels more
SEEN: Final = TILE + 2
POINTS: Final = SEEN**2
AT_ONE: Final = SEEN + 1  # where a product of 1 becomes an output of 1 in the whole tile: the polynomials' point (1, 1)
LEAST_CHANNELS: Final = 32  # with fewer, changing to and fro costs more than it saves

# B', G and A' of Lavin and Gray
OF_FILM: Final = (
    (4, 0, -5, 0, 1, 0),
    (0, -4, -4, 1, 1, 0),
    (0, 4, -4, -1, 1, 0),
    (0, -2, -1, 2, 1, 0),
    (0, 2, -1, -2, 1, 0),
    (0, 4, 0, -5, 0, 1),
)
OF_KERNEL: Final = (
    (1 / 4, 0, 0),
    (-1 / 6, -1 / 6, -1 / 6),
    (-1 / 6, 1 / 6, -1 / 6),
    (1 / 24, 1 / 12, 1 / 6),
    (1 / 24, -1 / 12, 1 / 6),
    (0, 0, 1),
)
OF_OUTPUT: Final = ((1, 1, 1, 1, 1, 0), (0, 1, -1, 2, -2, 0), (0, 1, 1, 4, 4, 0), (0, 1, -1, 8, -8, 1))


def can_be_minimal(convolution: nn.Conv2d) -> bool:
    """True for 3 x 3 kernels that keep the size, each output of every input, with enough channels to pay."""
    return (
        convolution.kernel_size == (3, 3)
        and convolution.stride == convolution.dilation == (1, 1)
        and convolution.padding == (1, 1)
        and convolution.groups == 1
        and min(convolution.in_channels, convolution.out_channels) >= LEAST_CHANNELS
    )


class MinimalConvolution(nn.Module):
    """A convolution that gives what `convolution` gives, to about 1e-5 of its outputs' size, in single precision.

    forward: (n, channels, height, width) to (n, outputs, height, width), channels last.
    """

    def __init__(self, convolution: nn.Conv2d) -> None:
        super().__init__()
        outputs, channels = convolution.out_channels, convolution.in_channels
        change = torch.tensor(OF_KERNEL, dtype=torch.float64)
        kernel = convolution.weight.detach().double().permute(2, 3, 1, 0).reshape(9, channels * outputs)
        changed = torch.mm(torch.kron(change, change), kernel).float()
        bias = torch.zeros(outputs) if convolution.bias is None else convolution.bias.detach().clone()
        self.kernel = nn.Buffer(changed.view(POINTS, channels, outputs))
        self.bias = nn.Buffer(bias)
        # both sides of a tile in one product: the Kronecker square
        self.of_film, self.of_output = (
            nn.Buffer(torch.kron(matrix, matrix).contiguous())
            for matrix in (torch.tensor(OF_FILM, dtype=torch.float32), torch.tensor(OF_OUTPUT, dtype=torch.float32))
        )

    def forward(self, films: Tensor) -> Tensor:
        _, channels, height, width = films.shape
        tiles = -(-height // TILE) * -(-width // TILE)
        # few films at a time while their tiles outgrow the kernel, so that they stay in the processor's cache
        at_once = max(1, self.kernel.numel() // (POINTS * tiles * channels))
        parts = [self._convolved(part) for part in films.permute(0, 2, 3, 1).split(at_once)]
        return torch.cat(parts).permute(0, 3, 1, 2) if len(parts) > 1 else parts[0].permute(0, 3, 1, 2)

    def _convolved(self, films: Tensor) -> Tensor:
        """(n, height, width, channels) to (n, height, width, outputs)."""
        count, height, width, channels = films.shape
        down, across = -(-height // TILE), -(-width // TILE)
        edge = (0, 0, 1, TILE * across + 1 - width, 1, TILE * down + 1 - height)
        tiles = functional.pad(films, edge).unfold(1, SEEN, TILE).unfold(2, SEEN, TILE)  # (n, down, across, c, 6, 6)
        spread = tiles.permute(4, 5, 0, 1, 2, 3).reshape(POINTS, -1)  # (36, n * down * across * c)
        product = torch.bmm(torch.mm(self.of_film, spread).view(POINTS, -1, channels), self.kernel)  # (36, tiles, k)
        product[AT_ONE] += self.bias
        made = torch.mm(self.of_output, product.view(POINTS, -1)).view(TILE, TILE, count, down, across, -1)
        whole = made.permute(2, 3, 0, 4, 1, 5).reshape(count, TILE * down, TILE * across, -1)
        return whole[:, :height, :width].contiguous()
