# One image; its command says what a container of it is: web | worker | beat (see compose.yaml).

FROM node:24-bookworm-slim AS browser
WORKDIR /build
COPY static/package.json static/package-lock.json static/.npmrc ./
RUN npm ci --no-audit --no-fund
COPY static ./
RUN npm run build

FROM python:3.11-slim-bookworm AS python
RUN apt-get update \
    && apt-get install --yes --no-install-recommends gettext \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY requirements/app.txt requirements/
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --require-hashes -r requirements/app.txt
COPY manage.py ./
COPY meet meet
COPY accounts accounts
COPY rooms rooms
COPY recordings recordings
COPY templates templates
COPY --from=browser /build/dist static/dist
RUN /venv/bin/python -m whitenoise.compress --quiet static/dist \
    && find meet/locale -name '*.po' -exec sh -c 'msgfmt -o "${1%.po}.mo" "$1"' compile {} \; \
    && /venv/bin/python -m compileall -q .

FROM python:3.11-slim-bookworm
ARG MEET_GIT_COMMIT=unknown
ARG MEET_BUILD_DATE=unknown
ENV MEET_GIT_COMMIT=$MEET_GIT_COMMIT \
    MEET_BUILD_DATE=$MEET_BUILD_DATE \
    MEET_PRODUCTION=1 \
    MEET_DATA_DIR=/data \
    PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=meet.settings
RUN useradd --system --uid 10001 --no-create-home meet \
    && install --directory --owner=meet --mode=0700 /data
COPY --from=python /venv /venv
COPY --from=python /app /app
WORKDIR /app
USER meet
VOLUME /data
EXPOSE 6080
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:6080/healthz', timeout=4)"]
ENTRYPOINT ["python", "-m", "meet.supervisor.container"]
CMD ["web"]
