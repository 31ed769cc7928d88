# Builds the runtime into an image; docs/container.md shows how to use it.
#
# BASE needs Python 3.11 or newer with venv. Both stages use it, so the environment finds the same interpreter at the
# same place. Where packages come from a mirror, hand pip's settings in as secrets, which leave no trace in the image:
#   --secret id=pip.conf,src=FILE   a pip configuration        --secret id=ca.pem,src=FILE   certificates to trust
ARG BASE=python:3.12-slim

FROM ${BASE} AS build

# What Python compiles goes below this folder instead of beside the sources, also for the standard library: some
# bases ship that uncompiled, and a process that may not write would compile it anew at each start and health check.
ENV PYTHONPYCACHEPREFIX=/opt/naftiko/pycache \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_NO_COMPILE=1 \
    PIP_NO_INPUT=1 \
    PIP_ROOT_USER_ACTION=ignore
WORKDIR /build

# pip stays in an environment of its own; the one that is shipped gets none. Wheels only: nothing is compiled here.
COPY requirements/build.txt requirements/run.txt requirements/
RUN --mount=type=secret,id=pip.conf,target=/run/secrets/pip.conf \
    --mount=type=secret,id=ca.pem,target=/run/secrets/ca.pem \
    set -eu; \
    if [ -f /run/secrets/pip.conf ]; then export PIP_CONFIG_FILE=/run/secrets/pip.conf; fi; \
    if [ -f /run/secrets/ca.pem ]; then export PIP_CERT=/run/secrets/ca.pem; fi; \
    python3 -m venv tools; \
    python3 -m venv --without-pip /opt/naftiko; \
    tools/bin/pip install --only-binary :all: --require-hashes -r requirements/build.txt; \
    tools/bin/pip --python /opt/naftiko/bin/python install --only-binary :all: --require-hashes \
      -r requirements/run.txt

COPY . .
RUN set -eu; \
    tools/bin/python -m hatchling build -t wheel -d dist; \
    tools/bin/pip --python /opt/naftiko/bin/python install --no-index --no-deps dist/*.whl; \
    find /opt/naftiko/lib -type d -name tests -prune -exec rm -rf {} +; \
    rm -rf "$PYTHONPYCACHEPREFIX"; \
    /opt/naftiko/bin/python -m compileall -q /opt/naftiko/lib; \
    /opt/naftiko/bin/naftiko-run --check sample:together-ai-fine-tuning >/dev/null; \
    /opt/naftiko/bin/python -c "import naftiko_runtime.cli.run, naftiko_runtime.cli.sandbox; \
    import concurrent.futures.thread, encodings.idna"


FROM ${BASE}

LABEL org.opencontainers.image.title="naftiko-runtime" \
      org.opencontainers.image.description="Runs Naftiko capability files: one YAML in, REST and MCP servers out." \
      org.opencontainers.image.licenses="Apache-2.0"

COPY --from=build /opt/naftiko /opt/naftiko

# Inside a container loopback reaches nobody: what can be reached is decided by the ports that are published.
ENV PATH=/opt/naftiko/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    PYTHONPYCACHEPREFIX=/opt/naftiko/pycache \
    PYTHONDONTWRITEBYTECODE=1 \
    NAFTIKO_HOST=0.0.0.0

# A number, so that whoever starts the image can tell that it is not root.
USER 10001:10001
EXPOSE 8080 9090
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=10s --start-period=20s --retries=3 CMD ["naftiko-run", "--healthcheck"]
ENTRYPOINT ["naftiko-run"]
CMD ["sample:together-ai-fine-tuning"]
