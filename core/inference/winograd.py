"""3 x 3 convolutions by Winograd's minimal filtering: the same result with fewer multiplications.

Y = A' [(G g G') * (B' d B)] A over tiles of 6 x 6 that give 4 x 4 outputs: 36 multiplications
instead of the 144 of direct convolution. Lavin and Gray 2016, "Fast Algorithms for Convolutional
Neural Networks", section 4.1 and F(4 x 4, 3 x 3).
"""

from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional

TILE: Final = 4  # outputs of a tile on each side; its input is two pixels larger
SEEN: Final = TILE + 2
POINTS: Final = SEEN**2
AT_ONE: Final = SEEN + 1  # point (1, 1): a product of 1 there adds 1 to every output of a tile
LEAST_CHANNELS: Final = 32  # with fewer, the transforms cost more than they save

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
    """Return whether Winograd applies and pays.

    It does for ungrouped 3 x 3 kernels with stride 1 and padding 1 and enough channels.
    """
    return (
        convolution.kernel_size == (3, 3)
        and convolution.stride == convolution.dilation == (1, 1)
        and convolution.padding == (1, 1)
        and convolution.groups == 1
        and min(convolution.in_channels, convolution.out_channels) >= LEAST_CHANNELS
    )


class MinimalConvolution(nn.Module):
    """Winograd form of `convolution`, equal to about 1e-5 of the output's magnitude, float32.

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
        # the Kronecker square transforms rows and columns of a tile in one product
        self.of_film, self.of_output = (
            nn.Buffer(torch.kron(matrix, matrix).contiguous())
            for matrix in (torch.tensor(OF_FILM, dtype=torch.float32), torch.tensor(OF_OUTPUT, dtype=torch.float32))
        )

    def forward(self, films: Tensor) -> Tensor:
        _, channels, height, width = films.shape
        tiles = -(-height // TILE) * -(-width // TILE)
        # as many films at once as keep their tiles within the kernel's size, for the CPU cache
        at_once = max(1, self.kernel.numel() // (POINTS * tiles * channels))
        parts = [self._convolve(part) for part in films.permute(0, 2, 3, 1).split(at_once)]
        return torch.cat(parts).permute(0, 3, 1, 2) if len(parts) > 1 else parts[0].permute(0, 3, 1, 2)

    def _convolve(self, films: Tensor) -> Tensor:
        """Convolve (n, height, width, channels) to (n, height, width, outputs)."""
        count, height, width, channels = films.shape
        down, across = -(-height // TILE), -(-width // TILE)
        edge = (0, 0, 1, TILE * across + 1 - width, 1, TILE * down + 1 - height)
        tiles = functional.pad(films, edge).unfold(1, SEEN, TILE).unfold(2, SEEN, TILE)  # (n, down, across, c, 6, 6)
        spread = tiles.permute(4, 5, 0, 1, 2, 3).reshape(POINTS, -1)  # (36, n * down * across * c)
        product = torch.bmm(torch.mm(self.of_film, spread).view(POINTS, -1, channels), self.kernel)  # (36, tiles, k)
        product[AT_ONE] += self.bias
        outputs = torch.mm(self.of_output, product.view(POINTS, -1)).view(TILE, TILE, count, down, across, -1)
        whole = outputs.permute(2, 3, 0, 4, 1, 5).reshape(count, TILE * down, TILE * across, -1)
        return whole[:, :height, :width].contiguous()
