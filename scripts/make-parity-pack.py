#!/usr/bin/env python3
"""Writes a parity pack: what a reference implementation computes for a few clips, stage by stage.

`llavaction parity PACK --model CHECKPOINT` then says where, and by how much, this tool differs. The format is in
docs/formats/parity-pack.md.

Where the weights are, with videos and a built benchmark:

  python3 scripts/make-parity-pack.py --model CHECKPOINT --benchmark mqa --strategy tim --videos videos --output pack

Without weights, from random ones (writes the checkpoint too):

  python3 scripts/make-parity-pack.py --random tiny --tokenizer data/demo/model --model tiny --clips 2 --output pack
  python3 scripts/make-parity-pack.py --random 0.5b --outliers 6 --tokenizer QWEN2 --model half --clips 1 --output pack

Needs torch, numpy, Pillow and safetensors, and transformers (--backend transformers, checkpoints of llava-hf) or
LLaVA-NeXT's `llava` package (--backend llava-next, checkpoints of LLaVA-NeXT and LLaVAction); ffmpeg for videos.
"""

import argparse
import json
import math
import pathlib
import shutil
import subprocess
import sys

import numpy
import torch
from PIL import Image
from safetensors.torch import save_file

VIDEO = -200  # stands for the whole video in a list of ids
LETTERS = "ABCDEFGHIJ"
SYSTEM = "You are a helpful assistant."


class TransformersModel:
    """LlavaOnevisionForConditionalGeneration, its stages called one by one."""

    def __init__(self, folder, device, dtype):
        import transformers

        self.name = f"transformers {transformers.__version__}"
        self.model = transformers.LlavaOnevisionForConditionalGeneration.from_pretrained(folder, dtype=dtype).to(device).eval()
        self.tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
        self.config = self.model.config
        self.image_size = self.config.vision_config.image_size
        self.settings = {"newline": "one_token", "pooling": "bilinear", "action_token": "none"}

    def vision(self, pixels):
        layer = self.config.vision_feature_layer
        states = self.model.model.vision_tower(pixels, output_hidden_states=True).hidden_states
        return states[layer if isinstance(layer, int) else layer[-1]]

    def project(self, vision):
        return self.model.model.multi_modal_projector(vision)

    def video_features(self, projected):
        pooled = self.model.model.apply_pooling(projected)
        return torch.cat([pooled.flatten(0, 1), self.model.model.image_newline[None]])

    def embed_tokens(self, ids):
        return self.model.get_input_embeddings()(ids)

    def hidden(self, embeddings):
        return self.model.model.language_model(inputs_embeds=embeddings).last_hidden_state

    def logits(self, hidden):
        return self.model.lm_head(hidden)

    def check(self, pixels, ids, logits):
        """The stages put together are the model's own forward pass."""
        width = self.video_features(self.project(self.vision(pixels[:1]))).shape[0] - 1
        video = [self.config.video_token_id] * (width * len(pixels) + 1)
        whole = [token for i in ids for token in (video if i == VIDEO else [i])]
        whole = torch.tensor([whole], device=pixels.device)
        own = self.model(input_ids=whole, pixel_values_videos=pixels[None], logits_to_keep=1).logits[0, -1]
        return (own - logits).abs().max().item()


class LlavaNextModel:
    """The `llava` package of LLaVA-NeXT (and of LLaVAction, which is made from it)."""

    def __init__(self, folder, device, dtype):
        from llava.mm_utils import get_model_name_from_path
        from llava.model.builder import load_pretrained_model

        self.name = "llava-next"
        name = get_model_name_from_path(folder)
        name = name if "qwen" in name.lower() else "llava_qwen"
        self.tokenizer, self.model, _, _ = load_pretrained_model(
            folder, None, name, device_map=device, torch_dtype=str(dtype).split(".")[-1], attn_implementation="sdpa")
        self.model.eval().to(dtype)
        self.config = self.model.config
        self.image_size = self.model.get_vision_tower().config.image_size
        self.settings = {
            "newline": getattr(self.config, "mm_newline_position", "one_token"),
            "pooling": getattr(self.config, "mm_spatial_pool_mode", "bilinear"),
            "action_token": "none",
        }

    def vision(self, pixels):
        return self.model.get_vision_tower()(pixels)

    def project(self, vision):
        return self.model.get_model().mm_projector(vision)

    def video_features(self, projected):
        pooled = self.model.get_2dPool(projected)
        newline = self.model.model.image_newline
        frames, patches, width = pooled.shape
        side = math.isqrt(patches)
        kind = self.settings["newline"]
        if kind == "no_token":
            return pooled.flatten(0, 1)
        if kind == "one_token":
            return torch.cat([pooled.flatten(0, 1), newline[None]])
        if kind == "frame":
            return torch.cat([pooled, newline.expand(frames, 1, width)], 1).flatten(0, 1)
        if kind == "grid":
            rows = pooled.view(frames, side, side, width)
            return torch.cat([rows, newline.expand(frames, side, 1, width)], 2).flatten(0, 2)
        sys.exit(f"mm_newline_position '{kind}' is none of one_token, grid, frame, no_token")

    def embed_tokens(self, ids):
        return self.model.get_model().embed_tokens(ids)

    def hidden(self, embeddings):
        return self.model.model.__class__.__mro__[1].forward(self.model.model, inputs_embeds=embeddings)[0]

    def logits(self, hidden):
        return self.model.lm_head(hidden)

    def check(self, pixels, ids, logits):
        ids = torch.tensor([ids], device=pixels.device)
        own = self.model(input_ids=ids, images=[pixels], modalities=["video"]).logits[0, -1]
        return (own - logits).abs().max().item()


def make_random(kind, folder, tokenizer, outliers, seed):
    """Writes a checkpoint of random weights; outlier channels as trained models have them: few, large, in every layer."""
    import transformers

    shapes = {
        "tiny": (dict(hidden_size=64, intermediate_size=160, num_hidden_layers=3, num_attention_heads=4, num_key_value_heads=2),
                 dict(hidden_size=48, intermediate_size=96, num_hidden_layers=3, num_attention_heads=4, image_size=84, patch_size=14)),
        "0.5b": (dict(hidden_size=896, intermediate_size=4864, num_hidden_layers=24, num_attention_heads=14, num_key_value_heads=2),
                 dict(hidden_size=1152, intermediate_size=4304, num_hidden_layers=26, num_attention_heads=16, image_size=384, patch_size=14)),
    }
    text, vision = shapes[kind]
    words = transformers.AutoTokenizer.from_pretrained(tokenizer)
    words.add_tokens(["<image>", "<video>"], special_tokens=True)
    rows = 152000 if kind == "0.5b" else len(words)
    config = transformers.LlavaOnevisionConfig(
        text_config=transformers.Qwen2Config(vocab_size=rows, tie_word_embeddings=True, rope_theta=1e6, max_position_embeddings=32768, **text),
        vision_config=transformers.SiglipVisionConfig(vision_use_head=False, **vision),
        image_token_id=words.convert_tokens_to_ids("<image>"), video_token_id=words.convert_tokens_to_ids("<video>"),
        vision_feature_layer=-1, vision_feature_select_strategy="full", tie_word_embeddings=True)
    torch.manual_seed(seed)
    model = transformers.LlavaOnevisionForConditionalGeneration(config)
    with torch.no_grad():
        for name, value in model.named_parameters():
            if value.ndim >= 2 and "embed" not in name:
                value.normal_(0, (3 * value[0].numel()) ** -0.5)
            elif "embed" in name or "newline" in name:
                value.normal_(0, 0.5)
            elif name.endswith("bias"):
                value.normal_(0, 0.02)
        inner = model.model
        for weights, width in ((inner.vision_tower, vision["hidden_size"]), (inner.language_model, text["hidden_size"])):
            channels = torch.randperm(width)[:outliers]
            for name, value in weights.named_parameters():
                if name.endswith(("fc2.weight", "down_proj.weight", "fc2.bias")):
                    value[channels] *= 30
    model.to(torch.bfloat16 if kind == "0.5b" else torch.float32).save_pretrained(folder)
    words.save_pretrained(folder)
    path = pathlib.Path(folder, "config.json")
    path.write_text(json.dumps({"llavaction_random_weights": True, **json.loads(path.read_text())}, indent=2) + "\n")


def random_frames(count, generator):
    """Smooth coloured noise at an odd size."""
    coarse = generator.integers(0, 256, (count, 9, 16, 3), dtype=numpy.uint8)
    return numpy.stack([numpy.asarray(Image.fromarray(frame).resize((113, 64), Image.BICUBIC)) for frame in coarse])


def read_frames(video, start, stop, count):
    """Frames at the midpoints of equal parts of the clip."""
    frames = []
    for i in range(count):
        second = start + (stop - start) * (2 * i + 1) / (2 * count)
        done = subprocess.run(
            ["ffmpeg", "-v", "error", "-nostdin", "-ss", f"{second:.3f}", "-i", f"file:{video}", "-frames:v", "1", "-f", "image2pipe", "-c:v", "ppm", "pipe:1"],
            check=True, capture_output=True)
        header = done.stdout.split(b"\n", 3)
        width, height = map(int, header[1].split())
        frames.append(numpy.frombuffer(header[3], numpy.uint8, width * height * 3).reshape(height, width, 3))
    return numpy.stack(frames)


def find_video(folder, question):
    participant, video = question["participant_id"], question["video_id"]
    for inside in (f"{participant}/{video}", f"{participant}/videos/{video}", video):
        for ending in (".MP4", ".mp4"):
            path = pathlib.Path(folder, inside + ending)
            if path.is_file():
                return path
    return None


def clips_of(arguments):
    """(id, frames, options) of every clip of the pack."""
    if not arguments.benchmark:
        generator = numpy.random.default_rng(arguments.seed)
        names = ["take plate", "open door", "wash cup", "cut onion", "close tap", "put down pan", "pour water", "stir soup"]
        for i in range(arguments.clips):
            yield f"random_{i}", random_frames(arguments.frames, generator), [str(n) for n in generator.permutation(names)[:5]]
        return
    lines = pathlib.Path(arguments.benchmark, arguments.strategy + ".jsonl").read_text(encoding="utf-8").splitlines()
    step = max(1, len(lines) // arguments.clips)
    found = 0
    for question in map(json.loads, lines[::step]):
        video = find_video(arguments.videos, question)
        if video is None or found == arguments.clips:
            continue
        found += 1
        yield question["id"], read_frames(video, question["start_seconds"], question["stop_seconds"], arguments.frames), question["options"]
    if found == 0:
        sys.exit(f"{arguments.videos} has none of the videos of {arguments.benchmark}; expected P01/P01_01.MP4 or P01_01.MP4")


def prompt_of(options):
    listed = "".join(f"{LETTERS[i]}. {text}\n" for i, text in enumerate(options))
    return (f"<|im_start|>system\n{SYSTEM}<|im_end|>\n<|im_start|>user\n<image>\nYou are the person in the video. What are you doing?\n"
            f"{listed}Answer with the letter.<|im_end|>\n<|im_start|>assistant\n")


def preprocess(frames, size):
    """Pillow's bicubic resize, then (value / 255 - 0.5) / 0.5: SigLIP's image processor."""
    resized = [numpy.asarray(Image.fromarray(frame).resize((size, size), Image.BICUBIC)) for frame in frames]
    pixels = torch.from_numpy(numpy.stack(resized)).permute(0, 3, 1, 2).to(torch.float64)
    return ((pixels / 255 - 0.5) / 0.5).to(torch.float32)


@torch.inference_mode()
def run(model, frames, prompt, options, arguments, device, dtype):
    before, after = prompt.split("<image>")
    ids = [*model.tokenizer(before)["input_ids"], VIDEO, *model.tokenizer(after)["input_ids"]]
    pixels = preprocess(frames, model.image_size)
    vision = model.vision(pixels.to(device, dtype))
    projected = model.project(vision)
    features = model.video_features(projected)

    place = ids.index(VIDEO)
    tokens = torch.tensor(ids, device=device)
    embeddings = torch.cat([model.embed_tokens(tokens[:place]), features, model.embed_tokens(tokens[place + 1:])])[None]
    hidden = model.hidden(embeddings)
    logits = model.logits(hidden[0, -1]).float()
    apart = model.check(pixels.to(device, dtype), ids, logits)
    if apart > arguments.check_tolerance:
        sys.exit(f"The stages put together are {apart:.3g} apart from the model's own forward pass: this script does not fit this version of the backend.")

    greedy, margins, step, longer = [], [], logits, embeddings
    for _ in range(arguments.new_tokens):
        best = step.topk(2)
        greedy.append(best.indices[0].item())
        margins.append((best.values[0] - best.values[1]).item())
        longer = torch.cat([longer, model.embed_tokens(best.indices[:1])[None]], 1)
        step = model.logits(model.hidden(longer)[0, -1]).float()

    candidates = [model.tokenizer(letter)["input_ids"] for letter in LETTERS[:len(options)]]
    tensors = {
        "frames_uint8": torch.from_numpy(frames.copy()),
        "input_ids": tensor_of(ids),
        "candidate_ids": tensor_of([candidate[0] for candidate in candidates]),
        "last_logits": logits,
        "greedy_ids": tensor_of(greedy),
        "greedy_margins": torch.tensor(margins),
    }
    stages = {
        "pixel_values": pixels, "vision_selected": vision, "projector_output": projected,
        "video_features": features, "hidden_last_postnorm": hidden[0],
    }
    return tensors, stages, apart


def tensor_of(numbers):
    return torch.tensor(numbers, dtype=torch.int32)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, help="checkpoint folder; with --random, where it is written")
    parser.add_argument("--output", required=True, help="folder of the pack, made anew")
    parser.add_argument("--backend", choices=["transformers", "llava-next"], default="transformers")
    parser.add_argument("--benchmark", help="folder of build-benchmark; without it frames and questions are made up")
    parser.add_argument("--strategy", default="random", help="which set of the benchmark")
    parser.add_argument("--videos", help="folder of the videos of the benchmark")
    parser.add_argument("--clips", type=int, default=20)
    parser.add_argument("--stages", type=int, default=4, help="so many clips hold every stage, the others inputs and answers alone")
    parser.add_argument("--frames", type=int, default=8)
    parser.add_argument("--new-tokens", type=int, default=8)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--precision", choices=["float32", "bfloat16", "float16"], default="float32")
    parser.add_argument("--check-tolerance", type=float, default=0.05, help="largest difference of logits between stages and whole")
    parser.add_argument("--random", choices=["tiny", "0.5b"], help="make a checkpoint of random weights first")
    parser.add_argument("--outliers", type=int, default=0, help="so many outlier channels in either tower")
    parser.add_argument("--tokenizer", help="folder of the tokenizer for --random")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    if arguments.random:
        if not arguments.tokenizer:
            parser.error("--random needs --tokenizer")
        make_random(arguments.random, arguments.model, arguments.tokenizer, arguments.outliers, arguments.seed)
    if bool(arguments.benchmark) != bool(arguments.videos):
        parser.error("--benchmark and --videos go together")

    device, dtype = torch.device(arguments.device), getattr(torch, arguments.precision)
    backend = TransformersModel if arguments.backend == "transformers" else LlavaNextModel
    model = backend(arguments.model, device, dtype)
    output = pathlib.Path(arguments.output)
    shutil.rmtree(output, ignore_errors=True)
    output.mkdir(parents=True)
    clips = []
    for number, (name, frames, options) in enumerate(clips_of(arguments)):
        prompt = prompt_of(options)
        tensors, stages, apart = run(model, frames, prompt, options, arguments, device, dtype)
        if number < arguments.stages:
            tensors |= stages
        file = f"clip-{number:03}.safetensors"
        tensors = {key: (value if value.dtype in (torch.int32, torch.uint8) else value.float()).contiguous().cpu() for key, value in tensors.items()}
        save_file(tensors, str(output / file))
        clips.append({"id": name, "file": file, "prompt": prompt, "candidates": list(LETTERS[:len(options)])})
        print(f"{name}: {len(frames)} frames, stages within {apart:.2g} of the whole", file=sys.stderr)
    is_random = bool(arguments.random or getattr(model.config, "llavaction_random_weights", False))
    pack = {
        "schema_version": 1,
        "backend": model.name,
        "torch": torch.__version__,
        "device": arguments.device,
        "precision": arguments.precision,
        "model": pathlib.Path(arguments.model).resolve().name,
        "has_random_weights": is_random,
        "settings": model.settings,
        "clips": clips,
    }
    (output / "pack.json").write_text(json.dumps(pack, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
