# What the image holds beside Node and coda. node:24-slim adds a shell and npm (docs/operating.md).
ARG BASE=scratch

FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json ./
COPY scripts scripts
COPY src src
COPY migrations migrations
COPY assets assets
COPY agent-skills agent-skills
COPY agents agents
COPY config config
RUN npm run build && node scripts/pack-image.mjs /packed/app

# Node with the libraries that its loader wants, the accounts, and what says which versions and on which terms they are. Without
# that link, Node takes a file that is mounted there for the first zone that is like it (Berlin's for Brussels).
FROM node:24-slim AS system
WORKDIR /system
RUN mkdir -p home var/lib/dpkg/status.d && install -d -m 1777 tmp \
  && for link in lib lib64; do if [ -L /$link ]; then cp -a /$link .; fi; done \
  && for file in $(ldd /usr/local/bin/node | grep -o '/[^ ]*'); do \
    cp -L --parents "$(readlink -f "$(dirname "$file")")/$(basename "$file")" .; done \
  && cp -L --parents /usr/local/bin/node /usr/local/LICENSE /etc/passwd /etc/group /etc/nsswitch.conf /etc/os-release \
    /usr/share/doc/libc6/copyright /usr/share/doc/gcc-*-base/copyright . \
  && ln -s /usr/share/zoneinfo/Etc/UTC etc/localtime \
  && for package in libc6 libgcc-s1 libstdc++6; do dpkg -s $package > var/lib/dpkg/status.d/$package; done
# A fresh volume takes its owner from here.
RUN install -d -m 0700 /own/data /own/data/artifacts /own/data/run /own/keys

FROM ${BASE}
# glibc would keep what each thread has freed in an arena of its own: 20 to 60 MB more, for nothing.
ENV NODE_ENV=production CODA_DATA=/data MALLOC_ARENA_MAX=1 \
  PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
COPY --from=system /system /
COPY --from=system --chown=1000:1000 /own /
COPY --from=system --chown=1000:1000 /home/node /home/node
WORKDIR /app
COPY --from=build /packed/app ./
VOLUME /data
EXPOSE 8321
USER node
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=10s --start-period=60s --retries=3 \
  CMD ["node", "dist/main.js", "health"]
ENTRYPOINT ["node", "dist/main.js"]
CMD ["run"]
