"""Writes images that carry their numbers in sixteen blocks, each stored in a way that decoders stumble over (Pillow)."""
import io, sys
from PIL import Image
W, H = 64, 48
def code(n):
    im = Image.new("L", (W, H))
    im.putdata([230 if n >> ((y*4//H)*4 + x*4//W) & 1 else 20 for y in range(H) for x in range(W)])
    return im
out = sys.argv[1]
def thumb():
    b = io.BytesIO(); code(0xFFFF).resize((32, 24)).convert("RGB").save(b, "JPEG"); return b.getvalue()
def jpeg(im, **k):
    b = io.BytesIO(); im.save(b, "JPEG", quality=92, **k); return b.getvalue()
def with_app1(data, payload):
    return data[:2] + b"\xff\xe1" + (len(payload)+2).to_bytes(2, "big") + payload + data[2:]
files = {
    1: with_app1(jpeg(code(1).convert("RGB"), progressive=True), b"Exif\0\0" + b"MM\0*" + bytes(40) + thumb()),
    2: jpeg(code(2)),
    3: jpeg(code(3).convert("RGB").convert("CMYK")),
    4: jpeg(code(4).convert("RGB")) + b"\0\0trailing\xff\xd8\xff\xe0" + bytes(200),
    5: jpeg(code(5).convert("RGB"), subsampling=0, optimize=True, restart_marker_rows=1),
}
for n, d in files.items():
    open(f"{out}/frame_{n:010d}.jpg", "wb").write(d)
    print(n, len(d))
