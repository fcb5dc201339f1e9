"""What PyTorch and Hugging Face transformers need for the same work, in float32.

    python3 torch_peer.py VERB THREADS [SIZES...]

Says what it is on one line, then runs once for every line read and answers with the seconds it took.
Verbs: gemm ROWS OUTPUTS INPUTS; vision FRAMES LAYERS; prefill TOKENS; decode TOKENS.
Models have random weights: speed does not depend on them.
"""

import os
import sys
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

print(description, flush=True)
with torch.inference_mode():
    for _ in sys.stdin:
        start = time.perf_counter()
        run()
        print(time.perf_counter() - start, flush=True)
