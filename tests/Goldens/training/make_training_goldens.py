"""Makes the goldens of training: label masks, losses, gradients and 20 optimizer steps of the tiny models, by PyTorch.

    python3 make_training_goldens.py GOLDENS OUTPUT QWEN2

GOLDENS: the folder tests/Goldens; QWEN2: a folder with the published vocab.json and merges.txt of Qwen2, for masks-qwen2.json. Made with PyTorch 2.14, transformers 5.12 and tokenizers, in float32 on the CPU.
The model is put together from transformers' SigLIP layers and Qwen2; masks follow LLaVA-NeXT's preprocess_qwen, losses
LLaVAction's, the optimizer is torch.optim.AdamW under transformers' cosine schedule with the Trainer's clipping.
bfloat16.json holds the same curves in bfloat16 with float32 masters, in several ways that are all right: their distances
from float32 are the spread that another implementation may show.
"""

import json
import sys
from pathlib import Path

import torch
import transformers
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer

goldens, output, qwen2 = Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3])
tokenizer = Tokenizer.from_file(str(goldens / "tokenizer/tiny/tokenizer.json"))
IGNORED, VIDEO = -100, -200
START, END, NEWLINE = tokenizer.token_to_id("<|im_start|>"), tokenizer.token_to_id("<|im_end|>"), 198
torch.set_num_threads(2)
torch.use_deterministic_algorithms(True)

OPENING = ("You are seeing this video from egocentric view and you are the person. Your hands are sometimes interacting "
           "with objects. What action are you doing? ")
TIME = "The provided video lasts for 1.890 seconds, and 2 frames are uniformly sampled from it."
CONVERSATIONS = {
    "multiple choice": [("human", "<image>\n" + TIME + OPENING + "Given multiple choices, format your answer briefly such as 'A. move knife'. \n"
                         "Here are the options of actions you are selecting:\nA. open tap, B. take plate, C. wash cup"), ("gpt", "B. take plate")],
    "prior actions": [("human", "<image>\n" + TIME + OPENING + "\n3.5 seconds ago, you started an action open tap. 1.0 seconds ago, you started an "
                       "action take cup. What action are you currently performing? Here are the options of actions you can select:\nA. cut onion, B. wash cup"),
                      ("gpt", "B. wash cup")],
    "direct": [("human", "<image>\n" + TIME + OPENING + " What action are you performing? Give a short sentence such as 'move knife'."), ("gpt", "cut onion")],
    "temporal": [("human", "<image>\n" + TIME + "The provided video contains an action 'cut onion' that lasts 1.0 seconds. What is the relative start and end "
                  "time of the action in seconds? Format it as 'start_timestamp: end_timestamp' and round to 2 decimal places."), ("gpt", "2.3, 3.3")],
    "caption": [("human", "<image>\n" + TIME + OPENING + " Describe in details what you see from the video frames. You must talk in the first person "
                 "perspective. Try to focus on what you are doing. "), ("gpt", "I am cutting an onion.\n\nThen I wash the knife.")],
    "open question": [("human", "<image>\n" + TIME + "Where is the knife?"), ("gpt", "On the board.")],
    "replay": [("human", "<image>\nThe video lasts for 12.00 seconds, and 2 frames are uniformly sampled from it. Please answer the following questions "
                "related to this video.\n\nWhat happens?"), ("gpt", "A man runs."), ("human", "And then?"), ("gpt", "He stops.\n")],
}


def encode(text, encoder):
    ids = []
    for i, piece in enumerate(text.split("<image>")):
        ids += ([VIDEO] if i else []) + encoder(piece)
    return ids


def mask(turns, encoder=lambda text: tokenizer.encode(text, add_special_tokens=False).ids, special=(NEWLINE, START, END)):
    """Ids and labels of a conversation."""
    ids, labels = [], []
    for role, value in [("system", "You are a helpful assistant.")] + [("user" if who == "human" else "assistant", text) for who, text in turns]:
        message = encode(f"<|im_start|>{role}\n{value}<|im_end|>\n", encoder)
        ids += message
        labels += message if role == "assistant" else [IGNORED] * len(message)
    return ids, [token if token in special else label for token, label in zip(ids, labels)]


class Tiny(torch.nn.Module):
    def __init__(self, folder, newline, action_token):
        super().__init__()
        config = json.loads((folder / "config.json").read_text())
        weights = load_file(folder / "model.safetensors")
        side = int(weights["model.vision_tower.vision_tower.vision_model.embeddings.position_embedding.weight"].shape[0] ** 0.5)
        prefix = "model.vision_tower.vision_tower.vision_model."
        layers = 1 + max(int(name.split("layers.")[1].split(".")[0]) for name in weights if name.startswith(prefix + "encoder.layers."))
        vision = transformers.SiglipVisionConfig(
            hidden_size=config["mm_hidden_size"], num_attention_heads=4, num_hidden_layers=layers, patch_size=14, image_size=side * 14,
            intermediate_size=weights[prefix + "encoder.layers.0.mlp.fc1.weight"].shape[0])
        vision._attn_implementation = "sdpa"
        vision.vision_use_head = False
        self.tower = transformers.SiglipVisionModel(vision)
        stored = {name[len(prefix):]: value for name, value in weights.items() if name.startswith(prefix)}
        inner = getattr(self.tower, "vision_model", self.tower)
        missing = inner.load_state_dict(stored, strict=False)
        assert not [name for name in missing.missing_keys if "position_ids" not in name], missing
        self.embeddings, self.layers = inner.embeddings, inner.encoder.layers[:layers]
        hidden = config["hidden_size"]
        self.projector = torch.nn.Sequential(torch.nn.Linear(vision.hidden_size, hidden), torch.nn.GELU(), torch.nn.Linear(hidden, hidden))
        self.projector.load_state_dict({name[len("model.mm_projector."):]: value for name, value in weights.items() if "mm_projector" in name})
        language = transformers.Qwen2Config(**{key: config[key] for key in (
            "hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads", "num_key_value_heads", "vocab_size",
            "max_position_embeddings", "rms_norm_eps", "tie_word_embeddings")}, rope_theta=config["rope_theta"])
        language._attn_implementation = "sdpa"
        self.language = transformers.Qwen2ForCausalLM(language)
        own = {name: value for name, value in weights.items() if name.startswith(("model.embed", "model.layers", "model.norm", "lm_head"))}
        if config["tie_word_embeddings"]:
            own["lm_head.weight"] = own["model.embed_tokens.weight"]
        self.language.load_state_dict(own)
        if config["tie_word_embeddings"]:
            self.language.tie_weights()
        self.newline = torch.nn.Parameter(weights["model.image_newline"].clone())
        self.newline_mode, self.action_mode, self.side = newline, action_token, side
        if action_token != "none":
            self.action = torch.nn.Parameter(weights["model.action_supervision"].clone())
            self.heads = torch.nn.ModuleList(torch.nn.Linear(hidden, weights[f"{name}_head.weight"].shape[0], bias=False) for name in ("verb", "noun", "action"))
            for head, name in zip(self.heads, ("verb", "noun", "action")):
                head.weight.data = weights[f"{name}_head.weight"].clone()

    def visual(self, pixels):
        states = self.embeddings(pixels)
        for layer in self.layers:
            output = layer(states, None)
            states = output[0] if isinstance(output, tuple) else output
        features = self.projector(states)
        grid = features.view(len(pixels), self.side, self.side, -1).permute(0, 3, 1, 2)
        size = -(-self.side // 2)
        pooled = torch.nn.functional.interpolate(grid, size=(size, size), mode="bilinear").permute(0, 2, 3, 1)
        if self.newline_mode == "grid":
            rows = torch.cat([pooled, self.newline.expand(len(pixels), size, 1, -1)], 2).flatten(0, 2)
        else:
            rows = torch.cat([pooled.flatten(0, 2), self.newline[None]])
        used = {"none": 0, "newline": 0, "one_token": 1, "three_tokens": 3}[self.action_mode]
        return torch.cat([rows, self.action[:used]]) if used else rows

    def loss(self, pixels, ids, labels, classes, layers):
        visual = self.visual(pixels)
        at = ids.index(VIDEO)
        embed = self.language.model.embed_tokens
        inputs = torch.cat([embed(torch.tensor(ids[:at])), visual, embed(torch.tensor(ids[at + 1:]))])[None]
        target = torch.tensor(labels[:at] + [IGNORED] * len(visual) + labels[at + 1:])
        output = self.language(inputs_embeds=inputs, output_hidden_states=True)
        language = torch.nn.functional.cross_entropy(output.logits[0, :-1].float(), target[1:], ignore_index=IGNORED)
        if self.action_mode == "none" or classes[0] < 0:
            return language
        read = 3 if self.action_mode == "three_tokens" else 1
        chosen = output.hidden_states if layers == "all" else output.hidden_states[-1:] if layers == "last" else output.hidden_states[:1]
        last, total = at + len(visual), 0
        for states in chosen:
            for head, weight, label, token in zip(self.heads, (0.5, 0.5, 0.1), classes, range(3)):
                state = states[0, last - read + min(token, read - 1)]
                total = total + weight * torch.nn.functional.cross_entropy(head(state)[None].float(), torch.tensor([label]))
        return language + 0.1 * total / (len(chosen) + 1)

    def names(self):
        """Parameters by the names of the original checkpoint."""
        for name, parameter in self.named_parameters():
            if name.startswith("tower."):
                inner = name.removeprefix("tower.").removeprefix("vision_model.")
                yield "model.vision_tower.vision_tower.vision_model." + inner, parameter
            elif name.startswith("projector."):
                yield "model.mm_" + name, parameter
            elif name.startswith("language."):
                yield name.removeprefix("language."), parameter
            elif name.startswith("heads."):
                yield ("verb", "noun", "action")[int(name.split(".")[1])] + "_head.weight", parameter
            elif name.startswith(("newline", "action")):
                yield {"newline": "model.image_newline", "action": "model.action_supervision"}[name], parameter


RATES = {"vision": 2e-4, "other": 1e-3}
STEPS = 20


def batch(folder):
    """Four rows: pixels, ids, labels, classes."""
    generator = torch.Generator().manual_seed(5)
    size = json.loads((goldens / "models" / folder / "config.json").read_text())["image_grid_pinpoints"][0][0]
    return [(torch.rand(2, 3, size, size, generator=generator) * 2 - 1, *mask(CONVERSATIONS[task]), classes)
            for task, classes in zip(("multiple choice", "temporal", "direct", "open question"), ((1, 2, 3), (0, 5, 12), (-1, -1, -1), (6, 10, 0)))]


def train(named, differentiate):
    """Losses and norms of the steps; differentiate(row) adds to the gradients of half of a row's loss, and gives that loss."""
    groups = [{"params": [p for k, p in named if ("vision_tower" in k) == tower], "lr": RATES["vision" if tower else "other"]} for tower in (False, True)]
    optimizer = torch.optim.AdamW(groups, weight_decay=0.0)
    schedule = transformers.get_cosine_schedule_with_warmup(optimizer, 3, STEPS)
    losses, norms = [], []
    for step in range(STEPS):
        losses += [differentiate((2 * step + micro) % 4) for micro in range(2)]
        norms.append(torch.nn.utils.clip_grad_norm_([p for _, p in named], 1.0).item())
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
    return losses, norms


def run(name, folder, newline, action_token, layers):
    """Four rows, two micro-batches a step, 20 steps; the first two rows' gradients."""
    torch.manual_seed(1)
    model = Tiny(goldens / "models" / folder, newline, action_token)
    rows = batch(folder)

    def differentiate(row):
        loss = model.loss(*rows[row], layers)
        (loss / 2).backward()
        return loss.item()

    print(name, "rows", differentiate(0), differentiate(1))
    kept = {"gradient/" + key: parameter.grad.clone() for key, parameter in model.names() if parameter.grad is not None}
    model.zero_grad()
    losses, norms = train(list(model.names()), differentiate)
    tensors = {f"pixels_{i}": row[0] for i, row in enumerate(rows)} | kept
    tensors |= {"losses": torch.tensor(losses), "norms": torch.tensor(norms)}
    save_file({key: value.detach().contiguous() for key, value in tensors.items()}, output / f"golden_{name}.safetensors")
    info = {"checkpoint": folder, "newline": newline, "action_token": action_token, "layers": layers, "rates": RATES, "warm_up_steps": 3,
            "rows": [{"task": task, "classes": row[3]} for task, row in zip(("multiple choice", "temporal", "direct", "open question"), rows)]}
    (output / f"golden_{name}.json").write_text(json.dumps(info, indent=1) + "\n")
    print(name, losses[0], losses[-1])
    return [narrow(folder, newline, action_token, layers, rows, attention, casts) for attention in ("sdpa", "eager") for casts in (False, True)]


def narrow(folder, newline, action_token, layers, rows, attention, casts):
    """The losses in bfloat16: weights narrowed, or float32 weights under autocast."""
    torch.manual_seed(1)
    model = Tiny(goldens / "models" / folder, newline, action_token)
    for part in (model.tower, model.language):
        part.set_attn_implementation(attention)
    if casts:
        def differentiate(row):
            with torch.autocast("cpu", torch.bfloat16):
                loss = model.loss(*rows[row], layers)
            (loss / 2).backward()
            return loss.item()

        return train(list(model.names()), differentiate)[0]
    masters = [(key, torch.nn.Parameter(parameter.detach().clone())) for key, parameter in model.names()]
    model.bfloat16()
    parameters = [parameter for _, parameter in model.names()]

    def differentiate_narrow(row):
        with torch.no_grad():
            for (_, master), parameter in zip(masters, parameters):
                parameter.copy_(master)
        loss = model.loss(rows[row][0].bfloat16(), *rows[row][1:], layers)
        (loss / 2).backward()
        for (_, master), parameter in zip(masters, parameters):
            if parameter.grad is not None:
                master.grad = parameter.grad.float() if master.grad is None else master.grad + parameter.grad.float()
                parameter.grad = None
        return loss.item()

    return train(masters, differentiate_narrow)[0]


def masks(encoder, special):
    return [{"task": task, "turns": [{"from": who, "value": text} for who, text in turns], "ids": (made := mask(turns, encoder, special))[0], "labels": made[1]}
            for task, turns in CONVERSATIONS.items()]


(output / "masks.json").write_text(json.dumps(masks(lambda text: tokenizer.encode(text, add_special_tokens=False).ids, (NEWLINE, START, END)), indent=1) + "\n")
published = transformers.Qwen2Tokenizer(vocab=str(qwen2 / "vocab.json"), merges=str(qwen2 / "merges.txt"))
published.add_special_tokens({"additional_special_tokens": ["<|im_start|>", "<|im_end|>"]})
special = tuple(published.convert_tokens_to_ids(token) for token in ("<|im_start|>", "<|im_end|>"))
assert special == (151644, 151645), special
(output / "masks-qwen2.json").write_text(json.dumps(masks(lambda text: published.encode(text, add_special_tokens=False), (198, *special)), indent=1) + "\n")
runs = [("tiny-a", "tiny-a/orig", "one_token", "none", "last"),
        ("tiny-action_three_tokens_all_layers", "tiny-action/orig", "grid", "three_tokens", "all"),
        ("tiny-action_one_token_last_layer", "tiny-action/orig", "grid", "one_token", "last")]
(output / "bfloat16.json").write_text(json.dumps({name: run(name, *rest) for name, *rest in runs}, indent=1) + "\n")
