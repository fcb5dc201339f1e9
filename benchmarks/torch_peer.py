"""What PyTorch and Hugging Face transformers need for the same work, in float32.

    python3 torch_peer.py VERB THREADS [SIZES...]

Says what it is on one line, then runs once for every line read and answers with the seconds it took.
Verbs: gemm ROWS OUTPUTS INPUTS; vision FRAMES LAYERS; recogniser FRAMES WIDTH LAYERS PATCH; prefill TOKENS; decode TOKENS.
Models have random weights: speed does not depend on them.
"""

import os
import sys

# Libraries log to the standard output, some on loading: what is answered there is ours alone.
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)

import time

# OpenBLAS has threads of its own: PyTorch does not count them, and OpenMP's, which spin between two calls, take half their time.
os.environ.setdefault("OPENBLAS_NUM_THREADS", sys.argv[2])
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import torch

verb, threads, *sizes = sys.argv[1], *map(int, sys.argv[2:])
torch.set_num_threads(threads)
torch.manual_seed(0)
description = f"PyTorch {torch.__version__}, {threads} threads"


def qwen2():
    import transformers

    global description
    description += f", transformers {transformers.__version__}"
    config = transformers.Qwen2Config(
        vocab_size=151936, hidden_size=896, intermediate_size=4864, num_hidden_layers=24, num_attention_heads=14,
        num_key_value_heads=2, max_position_embeddings=32768, rope_theta=1000000.0, tie_word_embeddings=True)
    return transformers.Qwen2ForCausalLM(config).eval().float()


if verb == "gemm":
    rows, outputs, inputs = sizes
    x, weight, bias = torch.randn(rows, inputs), torch.randn(outputs, inputs), torch.randn(outputs)

    def run():
        return torch.nn.functional.linear(x, weight, bias)

elif verb == "vision":
    import transformers

    frames, layers = sizes
    description += f", transformers {transformers.__version__}"
    config = transformers.SiglipVisionConfig(
        hidden_size=1152, intermediate_size=4304, num_hidden_layers=layers, num_attention_heads=16, image_size=384,
        patch_size=14)
    config.vision_use_head = False
    model = transformers.SiglipVisionModel(config).eval().float()
    pixels = torch.rand(frames, 3, 384, 384) * 2 - 1

    def run():
        return model(pixel_values=pixels)

elif verb == "recogniser":
    from torch import nn
    from torch.nn.functional import scaled_dot_product_attention

    frames, width, depth, patch = sizes
    grid = 224 // patch

    class Block(nn.Module):
        def __init__(self):
            super().__init__()
            self.ln_1, self.ln_2 = nn.LayerNorm(width, eps=1e-6), nn.LayerNorm(width, eps=1e-6)
            self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
            self.mlp = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

        def forward(self, x):
            q, k, v = self.qkv(self.ln_1(x)).view(1, -1, 3, width // 64, 64).permute(2, 0, 3, 1, 4)
            x = x + self.out(scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(1, -1, width))
            return x + self.mlp(self.ln_2(x))

    model = nn.Sequential(nn.LayerNorm(width, eps=1e-6), *[Block() for _ in range(depth)], nn.LayerNorm(width, eps=1e-6)).eval()
    embed, head = nn.Linear(3 * patch * patch, width, bias=False), nn.Linear(width, 3806)
    positions, first = torch.randn(1, frames * grid * grid, width), torch.randn(1, 1, width)
    pixels = torch.rand(frames, 3, 224, 224) * 2 - 1

    def run():
        patches = pixels.view(frames, 3, grid, patch, grid, patch).permute(0, 2, 4, 1, 3, 5).reshape(1, frames * grid * grid, -1)
        return head(model(torch.cat([first, embed(patches) + positions], 1))[:, 0])

elif verb == "prefill":
    model = qwen2()
    inputs = torch.randn(1, sizes[0], 896)

    def run():
        return model(inputs_embeds=inputs, use_cache=True, logits_to_keep=1)

elif verb == "decode":
    model = qwen2()
    with torch.inference_mode():
        cache = model(inputs_embeds=torch.randn(1, sizes[0], 896), use_cache=True, logits_to_keep=1).past_key_values
    token = torch.tensor([[1]])

    def run():
        return model(input_ids=token, past_key_values=cache, use_cache=True)

else:
    sys.exit(f"unknown verb {verb}")

print(description, flush=True, file=answers)
with torch.inference_mode():
    for _ in sys.stdin:
        start = time.perf_counter()
        run()
        print(time.perf_counter() - start, flush=True, file=answers)
