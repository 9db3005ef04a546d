# A chain for trying Suyuan out: Anvil, from the npm package that package-lock.json pins. A park runs a network of
# validators instead, and needs no image of ours for that.
# Build from the repository's root: docker build -f deploy/chain.Dockerfile -t suyuan-chain .

FROM node:20-bookworm-slim
WORKDIR /opt/chain
COPY package.json package-lock.json .npmrc ./
COPY frontend/package.json frontend/
RUN npm ci --omit=dev --ignore-scripts \
  && install --directory --owner=node --mode=0700 /var/lib/chain
USER node
WORKDIR /var/lib/chain
# The platform package's own program: the wrapper in node_modules/.bin passes neither signals nor exit codes on.
ENTRYPOINT ["/opt/chain/node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil"]
CMD ["--help"]
