"""Verbs that items begin with, which make a plain line read as a task. Data only."""

from __future__ import annotations

IMPERATIVES = frozenset(
    """
    speed feed embed seed shed shred proceed subscribe unsubscribe respond adhere react reach refer allocate reallocate
    calibrate archive benchmark circulate codify compile conduct connect consume contain control correlate customise
    customize dedicate defer delegate demonstrate derive detach dispatch dismantle divide elevate emit emulate encrypt enrich
    enumerate equip estimate expire export expedite facilitate fetch flush format formulate freeze fund hook import index
    inject inspect interview label lint loosen mandate mask maximise maximize mock mount neutralise normalise normalize obtain
    offboard offload orchestrate outline override partition persist port practice practise preserve profile
    prototype quantify query queue randomise randomize reassess recalculate recompute redirect redo reevaluate reference
    refund reimplement reinforce reinstate reject relax relocate renegotiate repeat rephrase reprioritise reprioritize rerun
    reuse rework sample segment serialise serialize serve shard silence skip snapshot source stabilise stabilize suggest
    suppress supply swap tackle template terminate transform transition troubleshoot truncate unblock unlock vendor wire
    have spend buy refuse remember offer choose aim commit promise intend attempt begin seek strive opt elect pledge volunteer hope want
    accept adapt add address adjust adopt agree align allow alert analyse analyze apply arrange ask assess assign audit
    automate avoid back backfill ban bisect block book bring build bump bypass cache call capture catch change check
    clarify clean clear clone close collect combine come communicate compare complete configure confirm consider
    consolidate contact continue contribute convert coordinate copy cordon correct create cull cut debug decide decommission
    decouple decrease define delete deliver deploy deprecate describe design detect determine develop diagnose
    disable discuss distribute do document double draft drain drop educate eliminate email enable encourage enforce
    engage enhance ensure escalate establish evaluate evolve examine exclude execute expand experiment explore expose
    extend extract figure file fill filter finalise finalize find finish fix flag follow force formalise formalize
    gather generate get give grant guard handle harden help hire hold identify implement improve include increase
    inform instal install instrument integrate introduce invest investigate invite isolate issue join keep launch learn
    let leverage limit link list load lock log look lower maintain make manage map mark measure meet merge migrate
    minimise minimize mirror mitigate modify monitor move negotiate nominate notify observe onboard open optimise
    optimize order organise organize overhaul page parallelise patch pause perform pin plan point post prepare present
    prevent prioritise prioritize probe produce prohibit promote propose protect prove provide provision prune publish
    pull purchase purge push put raise rate re-enable re-evaluate read rebalance rebuild recheck recommend reconcile
    reconfigure record recover recreate redeploy redesign reduce refactor refine refresh register release remediate
    remind remove rename renew repair replace replicate report reproduce request require research reserve reset resize
    resolve restart restore restrict restructure rethink retire retry return revert review revise revisit revoke rewrite
    roll rotate route run safeguard sanitise sanitize save scale schedule scope script secure see segregate send separate
    set setup share ship shorten should show shut shift simplify simulate size solve speak specify split spread stagger
    standardise standardize start stop store streamline strengthen stress study submit support surface survey switch sync
    tag take talk target teach tell test throttle tidy tighten trace track train transfer translate triage trigger trim
    try tune turn uncover understand undo unify uninstall unpin update upgrade upload use utilise utilize validate verify
    version visualise visualize wait warn watch whitelist widen work wrap write
    prüfen einrichten ergänze erstelle prüfe
    ajouter améliorer automatiser configurer corriger créer définir documenter mettre modifier réduire remplacer revoir
    supprimer vérifier déployer former
    agregar añadir actualizar automatizar configurar corregir crear definir documentar eliminar implementar mejorar
    migrar monitorear reducir revisar verificar
    adicionar atualizar corrigir criar melhorar reduzir remover documentar
    aggiungere aggiornare automatizzare configurare correggere creare definire documentare migliorare rimuovere verificare
    """.split()
)

PAST = frozenset(
    """
    added adjusted applied built bumped changed cleaned closed configured corrected created deleted deployed disabled
    documented enabled excluded extended filed fixed implemented increased installed instrumented introduced lowered
    merged migrated moved notified opened patched pinned published pushed raised rebuilt reconfigured recreated
    redeployed refactored released removed renamed repaired replaced resized restarted restored reverted rewired hardened baked
    rotated verified confirmed identified reviewed reissued scaled shipped stopped switched tagged tuned updated upgraded wrote
    """.split()
)
"""Past forms that open an entry of work already done. Forms that as often are adjectives ('improved', 'automated')
are left out."""

NAMES_TOO = frozenset("mark grant chase drew bill pat sue rob josh will guard page hope miles skip".split())
"""Verbs that are names of people as well."""

NOUNS_TOO = frozenset(
    """
    archive benchmark control default export format fund hook import index interview label mandate mask mount outline
    override partition port practice profile prototype query queue redirect reference refund sample segment shard
    silence snapshot source supply swap template transition vendor wire seed feed speed
    access address alert audit back backfill block book cache call change check clone close contact cut debug design document
    double draft drain drop email escalate exercise experiment file fill filter fix flag force grant guard handle help
    increase issue join launch limit link list load lock log look map mark measure merge mirror monitor move open order
    page patch plan point post present probe process produce project prompt purchase push rate read record release
    repair report request research reserve restart result retry return review roll route run scale schedule scope
    script set share ship shift show size split spread start stop store stress study support surface survey switch
    tag talk target team test throttle trace track train transfer trigger try tune turn update upgrade upload use version
    wait watch work wrap
    """.split()
)
"""Verbs that are nouns as well: at the head of a short label ('Test coverage:') they ask for nothing."""
