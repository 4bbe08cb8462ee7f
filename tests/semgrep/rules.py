# What the rules must find, and what they must leave alone: `semgrep --test` compares.
# ruff: noqa
def statements(tx, value):
    # ruleid: statement-from-values
    tx.run(f"MATCH (n {{id: '{value}'}}) RETURN n")
    # ruleid: statement-from-values
    tx.execute("SELECT * FROM need WHERE id = '%s'" % value)
    # ok: statement-from-values
    tx.run("MATCH (n {id: $id}) RETURN n", id=value)


def connections(httpx, context, ssl):
    # ruleid: tls-not-verified
    httpx.Client(verify=False)
    # ruleid: tls-not-verified
    context.verify_mode = ssl.CERT_NONE
    # ok: tls-not-verified
    httpx.Client()
    # ruleid: redirects-followed
    httpx.get("https://a.example", follow_redirects=True)


def logs(log, resident, route):
    # ruleid: personal-value-in-a-log
    log.info("seen", resident_id=resident.id)
    # ok: personal-value-in-a-log
    log.info("seen", route=route)


def sessions(driver, sqlite3):
    # ruleid: session-outside-the-store
    driver.execute_query("RETURN 1")
    # ruleid: session-outside-the-store
    sqlite3.connect("city.db")


def code(pickle, text):
    # ruleid: code-from-data
    pickle.loads(text)
    # ruleid: code-from-data
    eval(text)


def commands(subprocess, text):
    # ruleid: shell
    subprocess.run(text, shell=True)
    # ok: shell
    subprocess.run([text])


def secrets(key, text, hmac):
    # ruleid: digest-compared-by-characters
    if key.digest == text:
        return True
    # ok: digest-compared-by-characters
    return hmac.compare_digest(key.digest, text)


def tokens(jwt, text, key, registry):
    # ruleid: token-of-any-algorithm
    jwt.decode(text, key)
    # ok: token-of-any-algorithm
    jwt.decode(text, key, registry=registry)


def routes(store, Need, Skill, key, principal):
    # ruleid: read-without-jurisdiction
    store.get(Need, key)
    # ok: read-without-jurisdiction
    store.get(Need, key, within=principal.within)
    # ok: read-without-jurisdiction
    store.get(Skill, key)
