"""What PyTorch and Hugging Face transformers need for one optimizer step of a LLaVA model, on the same CPU or GPU.

    python3 training_peer.py DEVICE DTYPE THREADS FRAMES TOKENS RECOMPUTES SIZES

SIZES: JSON with vision and language sizes. A step is one row: tower, projector, pooling, language model, cross entropy of a
few answer positions, backward, clipping, fused AdamW on float32 weights. Says what it is on one line; then answers "run" with
seconds and "memory" with the process's largest resident size in bytes.
"""

import json
import os
import resource
import sys
import time

# Libraries print what they please while they load: that goes to stderr, and answers alone to stdout.
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)

import torch
import transformers

device, dtype, threads, frames, tokens, recomputes, sizes = sys.argv[1:]
frames, tokens, recomputes, sizes = int(frames), int(tokens), recomputes == "True", json.loads(sizes)
torch.set_num_threads(int(threads))
torch.manual_seed(0)
vision = transformers.SiglipVisionConfig(**sizes["vision"])
vision.vision_use_head = False
language = transformers.Qwen2Config(max_position_embeddings=32768, rope_theta=1000000.0, **sizes["language"])
for config in (vision, language):
    config._attn_implementation = "sdpa"
with torch.device(device):
    tower = transformers.SiglipVisionModel(vision)
    hidden = language.hidden_size
    projector = torch.nn.Sequential(torch.nn.Linear(vision.hidden_size, hidden), torch.nn.GELU(), torch.nn.Linear(hidden, hidden))
    model = transformers.Qwen2ForCausalLM(language)
if recomputes:
    tower.gradient_checkpointing_enable(dict(use_reentrant=False))
    model.gradient_checkpointing_enable(dict(use_reentrant=False))
parts = torch.nn.ModuleList([tower, projector, model]).to(getattr(torch, dtype)).train()
parameters = [parameter for parameter in parts.parameters()]
masters = parameters if dtype == "float32" else [torch.nn.Parameter(parameter.detach().float()) for parameter in parameters]
optimizer = torch.optim.AdamW(masters, lr=1e-6, weight_decay=0.0, fused=True)
pixels = (torch.rand(frames, 3, vision.image_size, vision.image_size, device=device) * 2 - 1).to(getattr(torch, dtype))
ids = torch.arange(tokens, device=device) % 1000
supervised = torch.arange(tokens - 9, tokens - 1, device=device)
side = vision.image_size // vision.patch_size
size = -(-side // 2)


def step():
    features = projector(tower(pixel_values=pixels).last_hidden_state)
    grid = features.view(frames, side, side, hidden).permute(0, 3, 1, 2)
    pooled = torch.nn.functional.interpolate(grid, size=(size, size), mode="bilinear").permute(0, 2, 3, 1).reshape(-1, hidden)
    inputs = torch.cat([pooled, model.model.embed_tokens(ids)])[None]
    states = model.model(inputs_embeds=inputs, use_cache=False).last_hidden_state[0, len(pooled) + supervised]
    loss = torch.nn.functional.cross_entropy(model.lm_head(states).float(), ids[supervised + 1])
    loss.backward()
    if masters is not parameters:
        for master, parameter in zip(masters, parameters):
            if parameter.grad is not None:
                master.grad, parameter.grad = parameter.grad.float(), None
    torch.nn.utils.clip_grad_norm_(masters, 1.0)
    optimizer.step()
    optimizer.zero_grad()
    if masters is not parameters:
        with torch.no_grad():
            torch._foreach_copy_(parameters, masters)
    return loss.item()


print(f"PyTorch {torch.__version__}, transformers {transformers.__version__}, {torch.get_num_threads()} thread(s)", file=answers, flush=True)
for line in sys.stdin:
    if line.strip() == "memory":
        print(torch.cuda.max_memory_allocated() if device.startswith("cuda") else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, file=answers, flush=True)
    else:
        started = time.perf_counter()
        step()
        print(time.perf_counter() - started, file=answers, flush=True)
