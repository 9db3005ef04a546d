# One image for every process of ours: `suyuan index run`, `suyuan serve`, `suyuan work`, and the one-shot commands.
# Build from the repository's root: docker build -f deploy/suyuan.Dockerfile -t suyuan .

FROM python:3.11-slim-bookworm AS build
RUN python -m venv /opt/suyuan
ENV PATH=/opt/suyuan/bin:$PATH PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /src
# The lock alone first: a change of our code then leaves this layer as it is.
COPY requirements-run.lock ./
RUN pip install --require-hashes -r requirements-run.lock
COPY pyproject.toml README.md ./
COPY contracts ./contracts
COPY verifier ./verifier
COPY indexer ./indexer
COPY backend ./backend
RUN pip install --no-deps --no-build-isolation .

FROM python:3.11-slim-bookworm
# The number stands in compose.yaml too: volumes belong to it, and the broker reads its password as it.
RUN useradd --system --uid 10001 --home-dir /nonexistent suyuan \
  && install --directory --owner=suyuan --mode=0700 \
     /run/suyuan/secrets /run/suyuan/relayer /run/suyuan/details /run/suyuan/founders /run/suyuan/deployment
COPY --from=build /opt/suyuan /opt/suyuan
ENV PATH=/opt/suyuan/bin:$PATH PYTHONUNBUFFERED=1
USER suyuan
WORKDIR /tmp
ENTRYPOINT ["suyuan"]
CMD ["--help"]
