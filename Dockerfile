# syntax=docker/dockerfile:1
# Two stages: the first builds the environment from the locked versions, the second only runs it.
FROM python:3.11-slim-bookworm AS build

ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/folkmoot
WORKDIR /src
# First what changes seldom, so that a new version of Folkmoot rebuilds only the last layers.
COPY requirements.lock requirements-build.lock ./
RUN /opt/folkmoot/bin/pip install --require-hashes --no-deps --only-binary :all: -r requirements.lock -r requirements-build.lock
COPY pyproject.toml README.md LICENSE ./
COPY bot bot
COPY plugins plugins
RUN /opt/folkmoot/bin/pip install --no-deps --no-build-isolation . \
 && /opt/folkmoot/bin/pip uninstall --yes setuptools \
 && /opt/folkmoot/bin/python -m compileall -q /opt/folkmoot/lib

FROM python:3.11-slim-bookworm

# A fixed number, so that the owner of a mounted volume is known beforehand.
RUN useradd --uid 10001 --home-dir /data --no-create-home --shell /usr/sbin/nologin folkmoot \
 && install -d -o folkmoot -g folkmoot -m 0750 /data
COPY --from=build /opt/folkmoot /opt/folkmoot
ENV PATH=/opt/folkmoot/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
USER 10001
WORKDIR /data
# config.yaml, the ledger, tokens and secrets: the only place that is written to. The rest may be read-only:
#   docker run --read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges -v folkmoot:/data folkmoot
VOLUME /data
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=60s --timeout=10s --start-period=60s --retries=3 CMD ["folkmoot", "health", "-c", "/data/config.yaml"]
ENTRYPOINT ["folkmoot"]
CMD ["run", "-c", "/data/config.yaml"]
