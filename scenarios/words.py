"""Words of the command line in both languages. Names of levers and indicators come from the catalogue."""

import os

from scenarios.research_words import RESEARCH

LANGUAGES = ("zh", "en")

WORDS = {
    "about": (
        "江门新型城镇化沙盘：按人、户、镇街模拟的城市",
        "Jiangmen urbanisation sandbox: a city simulated by people, households and towns",
    ),
    "usage": ("用法", "usage"),
    "commands": ("命令", "commands"),
    "options": ("选项", "options"),
    "arguments": ("参数", "arguments"),
    "help": ("显示帮助", "show this help"),
    "lang": ("语言（默认取 JIANGMEN_LANG，再看系统语言）", "language (else JIANGMEN_LANG, else the system's)"),
    "json": ("输出 JSON", "print JSON"),
    "run": ("运行一个情景", "run one scenario"),
    "compare": ("与第一个情景配对比较", "compare scenarios with the first one, pair by pair"),
    "levers": ("列出政策杠杆", "list the policy levers"),
    "indicators": ("列出指标", "list the indicators"),
    "assumptions": ("列出外部假设", "list the assumptions"),
    "parameters": ("列出行为参数", "list the behavioural parameters"),
    "scenarios": ("列出情景库", "list the library of scenarios"),
    "question": ("问题", "question"),
    "file": ("文件", "file"),
    "lessons": ("列出课程", "list the lessons"),
    "places": ("列出地点代码", "list the places that a scenario may name"),
    "check": ("检查情景文件", "check scenario files"),
    "schema": ("输出情景文件的 JSON Schema", "print the JSON schema of scenario files"),
    "synthesise": ("合成基准年人口并报告拟合", "make the start population and report its fit"),
    "trace": ("追踪一个家庭户的经历", "follow one household"),
    "bench": ("测量本机运行速度", "measure how fast this machine runs the city"),
    "quick": ("不测全市规模与冷启动", "leave out the whole city and the cold start"),
    "scale_short": ("抽样", "scale"),
    "bench_scale": (
        "{seconds:.2f} 秒，每秒 {rate:.1f} 百万人年，每人年 {cost:.0f} 纳秒（CPU），内存峰值 {peak:.0f} MiB",
        "{seconds:.2f} s, {rate:.1f} million person-years a second, {cost:.0f} ns of CPU each, peak {peak:.0f} MiB",
    ),
    "bench_steps": ("各步骤，毫秒/年", "steps, ms a year"),
    "bench_fresh": ("新进程运行 1% 城市", "1 % city in a new process"),
    "bench_cached_seconds": ("基准年人口（读缓存）", "start population, from the cache"),
    "bench_cold_seconds": ("基准年人口（重新合成）", "start population, made"),
    "bench_lever": ("拨动杠杆到结果（中位数 / 95% 分位）", "lever to result, median / 95th percentile"),
    "bench_batch": ("1% 城市运行 1000 次", "1000 runs of the 1 % city"),
    "bench_extrapolated": ("（由 {n} 次外推）", "(from {n} runs)"),
    "bench_linear": ("每人年 CPU 用时，与小一级比例之比", "CPU a person-year to that of the scale before"),
    "bench_reference": (
        "比普通 Mesa 对象快（倍：最大城市，全部线程 / 小城市，单线程）",
        "times as fast as plain Mesa objects (largest city, all threads / small city, one thread)",
    ),
    "bench_province": ("合成省：每人年 CPU 用时，按镇街数", "synthetic province: CPU a person-year by number of towns"),
    "audit": ("对照规划目标，检查规划自身的算术", "hold a scenario against the plan, and the plan against itself"),
    "brief": ("把一个情景写成简报（Word、HTML 或 Markdown）", "write a briefing on a scenario: Word, HTML, Markdown"),
    "brief_file": ("简报文件（.docx、.html 或 .md）", "file of the briefing (.docx, .html or .md)"),
    "handout": (
        "写出单个网页文件的互动讲义：滑块的每一档都是真实运行，无需联网",
        "write an interactive hand-out, one HTML file without network: every slider position is a real run",
    ),
    "handout_levers": (
        "一至三项杠杆：名称、名称.地点，或再加 =取值,取值（数字或档位）",
        "one to three levers: NAME or NAME.PLACE, either with =VALUE,VALUE (numbers or levels)",
    ),
    "handout_scales": ("抽样比例，可给多个", "one or more shares of the households to simulate"),
    "handout_file": ("讲义文件（.html）", "file of the hand-out (.html)"),
    "handout_written": (
        "讲义已写入 {out}（{n} 档，各 {k} 种未来）",
        "the hand-out is in {out} ({n} positions, {k} futures each)",
    ),
    "pack": (
        "写出课堂离线包：互动讲义、学习单（Word）、教师答案、小城市数据",
        "write the offline pack for a class: hand-outs, worksheets in Word, teacher's key, the small city's data",
    ),
    "pack_file": ("离线包文件（.zip）", "file of the pack (.zip)"),
    "pack_scales": ("抽样比例：小城市与较大的城市", "shares of the households: a small city and a larger one"),
    "pack_written": ("离线包已写入 {out}（{n} 课）", "the pack is in {out} ({n} lessons)"),
    "report_format": ("写成监测评估报告：md、html 或 docx", "write the monitoring report: md, html or docx"),
    "report_file": ("报告文件", "file of the report"),
    "validate": (
        "从 2010 年普查起步，以 2020 年普查检验模型，并与常用预测方法比较",
        "start the model in 2010, judge it by the census of 2020 and against usual forecasts",
    ),
    "calibrate": (
        "用 2010 与 2020 年普查拟合参数，写出参数集合（可续跑）",
        "fit the parameters to the censuses of 2010 and 2020 and write the ensemble; can be resumed",
    ),
    "update": (
        "用新观测年份（常住人口、城镇化率、收入）重新赋予参数集合权重，说明变化，写出新文件",
        "weigh the ensemble anew by observed years (residents, urbanisation, incomes), say what changed, write a new"
        " file",
    ),
    "observations": (
        "观测表：year,place,indicator,value（可加 sd）；收入为 2020 年不变价元",
        "table of observations: year,place,indicator,value (and sd); incomes in yuan of 2020",
    ),
    "old_ensemble": ("参数集合（默认为项目自带）", "the ensemble to start from (that of the project)"),
    "new_ensemble": ("新参数集合的文件，不得已存在", "file of the new ensemble; must not exist"),
    "fit_folder": ("拟合文件夹", "folder of the fit"),
    "finished_fit": (
        "已完成的拟合文件夹：报告加上拟合后的部分",
        "folder of a finished fit: adds the part on the posterior",
    ),
    "quick_fit": ("小规模拟合（约 5 分钟）", "a small fit, of about five minutes"),
    "prior_sets": ("先验抽样组数", "draws from the priors"),
    "app": ("打开网页应用", "open the app in the browser"),
    "scenario": ("情景名称或 .yaml 文件", "id of a scenario or a .yaml file"),
    "from_url": (
        "应用界面的网址：运行其中的政策、假设、种子与重复次数（命令行中给出的选项优先）",
        "address of a screen of the app: run its policy, assumptions, seed and futures (options given here win)",
    ),
    "other_version": (
        "此网址由模型版本 {theirs} 生成，本机为 {ours}：数值可能不同",
        "this address was made with model version {theirs}, this is {ours}: numbers may differ",
    ),
    "start": ("普查基准年", "census year to start from"),
    "end": ("结束年", "last year"),
    "scale": ("抽样比例，0 至 1", "share of the households that is simulated, 0 to 1"),
    "replicates": ("重复次数", "number of runs that differ by chance only"),
    "seed": ("随机种子", "seed of all chance"),
    "threads": ("每次运行的线程数", "threads of one run"),
    "workers": ("并行进程数", "processes that run side by side"),
    "parameter_file": (
        "参数值：ensemble 为拟合的参数集合（每种未来一组）；或文件：YAML、JSON（一组或多组）、CSV（带权重的集合）",
        "parameter values: `ensemble` is the fitted one, a set for each future; or a file: YAML or JSON (one set or"
        " more), CSV (an ensemble with weights)",
    ),
    "detail": ("结果保留到哪一级", "places that results keep"),
    "out": ("结果文件夹", "folder for the results"),
    "force": ("覆盖已有结果", "replace results that are there"),
    "year": ("普查年", "census year"),
    "household": ("家庭户编号", "key of the household"),
    "against": ("对照情景", "scenario to compare with"),
    "indicator": ("指标", "indicator"),
    "place": ("地点", "place"),
    "range": ("括号内为 {n} 次重复的最小—最大值", "in brackets: least to most of {n} futures"),
    "single": ("仅一次重复，没有区间", "one future only: no range"),
    "against_title": ("{a} 与 {b} 之差，{year} 年", "{a} minus {b}, {year}"),
    "baseline_value": ("基准值", "baseline"),
    "difference": ("差值", "difference"),
    "interval": ("95% 区间", "95 % interval"),
    "agree": ("同号次数", "same sign"),
    "of": ("{n} 次中 {k} 次", "{k} of {n}"),
    "none": ("无差别", "none"),
    "title": ("名称", "title"),
    "key": ("代码", "key"),
    "unit": ("单位", "unit"),
    "default": ("默认值", "default"),
    "bounds": ("范围", "range"),
    "levels": ("档位", "levels"),
    "group": ("类别", "group"),
    "kind": ("来源类型", "kind"),
    "basis": ("口径", "basis"),
    "definition": ("定义", "definition"),
    "rationale": ("说明", "rationale"),
    "written": ("结果已写入 {out}", "results are in {out}"),
    "fine_lesson": (
        "{file}：无误（课程“{title}”，{n} 项杠杆，{q} 道问题）",
        "{file}: fine (lesson “{title}”, {n} lever(s), {q} questions)",
    ),
    "fine": (
        "{file}：无误（{n} 项政策设定，{m} 项假设，{hash}）",
        "{file}: fine ({n} settings, {m} assumptions, {hash})",
    ),
    "interrupted": ("已中断，未写入结果", "interrupted, nothing was written"),
    "sample": (
        "{name}｜{start}—{end}｜抽样 {scale:g}｜{n} 次重复｜{seconds:.1f} 秒",
        "{name} | {start}-{end} | scale {scale:g} | {n} futures | {seconds:.1f} s",
    ),
    "years": ("年份", "year"),
    "home": ("住处", "home"),
    "members": ("人数", "people"),
    "income": ("年收入（元，2020 年价）", "income (yuan of 2020)"),
    "weighed": ("当年是否考虑迁移", "move considered in the year"),
    "reason": (
        "选 {chosen}（{p:.0%}），其次 {other}（{q:.0%}）；最有利项：{term} {gap:+.2f}",
        "chose {chosen} ({p:.0%}), next {other} ({q:.0%}); most in favour: {term} {gap:+.2f}",
    ),
    "ended": ("户已不存在", "household has ended"),
    "urban": ("城镇", "urban"),
    "rural": ("乡村", "rural"),
    "homestead": ("宅基地住房", "homestead"),
    "owned": ("自有住房", "owned home"),
    "rented": ("租房", "private rent"),
    "public_rental": ("公租房", "public rental"),
    "dormitory": ("宿舍", "dormitory"),
    "term_income": ("收入", "income"),
    "term_services": ("公共服务", "services"),
    "term_network": ("同乡", "people from the same place"),
    "term_size": ("城镇规模", "size"),
    "term_distance": ("距离", "distance"),
    "term_home": ("家乡", "home place"),
    "term_room": ("找房难易", "chance of a home"),
    "term_stay": ("留居", "years here"),
    "term_constant": ("县区常数", "county constant"),
    "term_amenity": ("宜居乡村", "liveable village"),
    "points": ("百分点", "percentage points"),
} | RESEARCH  # fmt: skip


def word(key: str, lang: str, **values) -> str:
    """The text of a key in a language."""
    return WORDS[key][lang == "en"].format(**values)


def chosen_language(argv: list[str]) -> str:
    """`--lang`, else $JIANGMEN_LANG, else Chinese on a Chinese system and English on others."""
    for i, part in enumerate(argv):
        if part == "--lang" and i + 1 < len(argv) and argv[i + 1] in LANGUAGES:
            return argv[i + 1]
        if part.startswith("--lang=") and part[7:] in LANGUAGES:
            return part[7:]
    said = os.environ.get("JIANGMEN_LANG", "").lower()
    if said in LANGUAGES:
        return said
    system = next((os.environ[v] for v in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(v)), "")
    return "zh" if system.lower().startswith(("zh", "chinese")) else "en"
