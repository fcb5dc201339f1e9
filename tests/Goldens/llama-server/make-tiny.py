#!/usr/bin/env python3
"""Makes tiny.gguf: a Llama of random weights with a byte vocabulary, small enough to be committed. Needs numpy and gguf."""

import os

import gguf
import numpy as np

WIDTH, INNER, LAYERS, HEADS = 32, 32, 1, 2


def byte_characters():
    """The 256 characters that byte-level vocabularies write bytes as."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in plain]
    names = {byte: chr(byte) for byte in plain} | {byte: chr(256 + i) for i, byte in enumerate(others)}
    return [names[byte] for byte in range(256)]


def main():
    random = np.random.default_rng(7)
    tokens = [*byte_characters(), "<|im_start|>", "<|im_end|>", "ab"]
    writer = gguf.GGUFWriter(os.path.join(os.path.dirname(os.path.abspath(__file__)), "tiny.gguf"), "llama")
    writer.add_name("tiny-random")
    writer.add_context_length(8192)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(INNER)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_vocab_size(len(tokens))
    writer.add_tokenizer_model("gpt2")
    writer.add_string("tokenizer.ggml.pre", "default")
    writer.add_token_list([token.encode() for token in tokens])
    writer.add_token_types([1] * 256 + [3, 3, 1])
    writer.add_token_merges(["a b"])
    writer.add_bos_token_id(256)
    writer.add_eos_token_id(257)
    writer.add_chat_template("{% for m in messages %}<|im_start|>{{m['role']}}\n{{m['content']}}<|im_end|>\n{% endfor %}<|im_start|>assistant\n")
    weights = lambda *shape: (random.standard_normal(shape) * 0.2).astype(np.float32)
    ones = np.ones(WIDTH, np.float32)
    # One direction is the same in every token, and the letters A to E are its answers: the model would say one of them.
    embeddings, answers = weights(len(tokens), WIDTH), weights(len(tokens), WIDTH)
    embeddings[:, 0] = 6
    answers[:, 0] = [1 if token in "ABCDE" else -1 for token in tokens]
    writer.add_tensor("token_embd.weight", embeddings)
    writer.add_tensor("output_norm.weight", ones)
    writer.add_tensor("output.weight", answers)
    for layer in range(LAYERS):
        for name in ("attn_q", "attn_k", "attn_v", "attn_output"):
            writer.add_tensor(f"blk.{layer}.{name}.weight", weights(WIDTH, WIDTH))
        for name in ("attn_norm", "ffn_norm"):
            writer.add_tensor(f"blk.{layer}.{name}.weight", ones)
        for name in ("ffn_gate", "ffn_up", "ffn_down"):
            writer.add_tensor(f"blk.{layer}.{name}.weight", weights(INNER, WIDTH))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    main()
