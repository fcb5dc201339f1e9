"""What PyTorch and Hugging Face transformers with SDPA need for the work of the torch engine, on the same device.

    python3 torch_engine_peer.py DEVICE DTYPE THREADS SHAPE VERB [SIZES...]

SHAPE: 0.5b or 7b. Verbs: vision FRAMES; prefill TOKENS; question FRAMES TOKENS CLIPS (vision and a prefill of the whole
prompt for each clip, one after the other). Says what it is on one line, then runs once for every line read and answers
with the seconds it took. Models have random weights: speed does not depend on them.
"""

import os
import sys

# Libraries log to the standard output, some on loading: what is answered there is ours alone.
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)

import time

import torch
import transformers

device, dtype, threads, shape, verb, *sizes = sys.argv[1:]
torch.set_num_threads(int(threads))
torch.manual_seed(0)
torch.set_default_dtype(getattr(torch, dtype))
sizes = [int(size) for size in sizes]
language = (
    dict(vocab_size=151936, hidden_size=896, intermediate_size=4864, num_hidden_layers=24, num_attention_heads=14,
         num_key_value_heads=2, tie_word_embeddings=True)
    if shape == "0.5b" else
    dict(vocab_size=152064, hidden_size=3584, intermediate_size=18944, num_hidden_layers=28, num_attention_heads=28,
         num_key_value_heads=4, tie_word_embeddings=False))


def make(cls, config):
    config._attn_implementation = "sdpa"
    with torch.device(device):
        return cls(config).eval()


def vision_model():
    config = transformers.SiglipVisionConfig(
        hidden_size=1152, intermediate_size=4304, num_hidden_layers=26, num_attention_heads=16, image_size=384, patch_size=14)
    config.vision_use_head = False
    model = make(transformers.SiglipVisionModel, config)
    hidden = language["hidden_size"]
    with torch.device(device):
        projector = torch.nn.Sequential(torch.nn.Linear(1152, hidden), torch.nn.GELU(), torch.nn.Linear(hidden, hidden)).eval()

    def run(pixels):
        features = projector(model(pixel_values=pixels).last_hidden_state)
        grid = features.view(len(pixels), 27, 27, hidden).permute(0, 3, 1, 2)
        pooled = torch.nn.functional.interpolate(grid, size=(14, 14), mode="bilinear")
        return pooled.permute(0, 2, 3, 1).reshape(-1, hidden)

    return run


def language_model():
    config = transformers.Qwen2Config(max_position_embeddings=32768, rope_theta=1000000.0, **language)
    return make(transformers.Qwen2ForCausalLM, config)


def last_logits(model, inputs):
    return model(inputs_embeds=inputs, use_cache=True, logits_to_keep=1).logits.float().cpu()


with torch.inference_mode():
    if verb == "vision":
        tower = vision_model()
        pixels = torch.rand(sizes[0], 3, 384, 384, device=device) * 2 - 1

        def run():
            tower(pixels)

    elif verb == "prefill":
        model = language_model()
        inputs = torch.randn(1, sizes[0], language["hidden_size"], device=device)

        def run():
            last_logits(model, inputs)

    elif verb == "question":
        tower, model = vision_model(), language_model()
        frames, tokens, clips = sizes
        pixels = torch.rand(frames, 3, 384, 384) * 2 - 1

        def run():
            for _ in range(clips):
                visual = tower(pixels.to(device))[:tokens - 124]
                text = model.get_input_embeddings()(torch.arange(tokens - len(visual), device=device))
                last_logits(model, torch.cat([text[:14], visual, text[14:]])[None])

    else:
        sys.exit(f"unknown verb {verb}")

    print(f"PyTorch {torch.__version__}, transformers {transformers.__version__}", flush=True, file=answers)
    for _ in sys.stdin:
        start = time.perf_counter()
        run()
        if device != "cpu":
            torch.cuda.synchronize()
        print(time.perf_counter() - start, flush=True, file=answers)
