# syntax=docker/dockerfile:1
# The tool with ffmpeg, for the CPU (default) or for NVIDIA GPUs:
#   docker build -t llavaction .
#   docker build -t llavaction:cuda --target cuda .
#   docker run --rm -v "$PWD":/work llavaction demo
#   docker run --rm --gpus all -v "$PWD":/work llavaction:cuda doctor

FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
COPY . .
RUN dotnet publish src/LLaVAction.Cli -c Release -r linux-x64 --no-self-contained -o /app

FROM mcr.microsoft.com/dotnet/runtime:10.0 AS base
RUN apt-get update \
 && apt-get install -y --no-install-recommends ffmpeg \
 && rm -rf /var/lib/apt/lists/*
COPY --from=build /app /opt/llavaction
ENV PATH=/opt/llavaction:$PATH
WORKDIR /work
ENTRYPOINT ["llavaction"]

# libtorch with CUDA as PyTorch's wheels bring it; the driver comes from the host.
FROM base AS cuda
RUN apt-get update \
 && apt-get install -y --no-install-recommends python3-venv \
 && rm -rf /var/lib/apt/lists/* \
 && python3 -m venv /opt/torch \
 && /opt/torch/bin/pip install --no-cache-dir 'torch==2.10.*'
ENV VIRTUAL_ENV=/opt/torch

FROM base AS cpu
