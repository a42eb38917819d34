using System.Text.Json.Nodes;
using IdentityServer.Tests.Api;
using IdentityServer.Tests.Fixtures;

namespace IdentityServer.Tests.Forms;

/// <summary>
/// An application whose people say what houses they look for: on the first page who they are, on the second the prices, the area,
/// why there (if it is Boulder), extras, and whether they want news.
/// </summary>
internal sealed class HouseHunters
{
    public const string RedirectUri = "http://localhost:5000/callback";
    public const string Secret = "5E_pVQeSQ2v4d7ckDy6rz_Z0HZjNSShUEbWPRYst2hg";

    private HouseHunters(TestServer server, ApiClient api) => (Server, Api) = (server, api);

    public TestServer Server { get; }

    public ApiClient Api { get; }

    public required string ClientId { get; init; }

    public required string Form { get; init; }

    public required string LowestPrice { get; init; }

    public required string Area { get; init; }

    public required string Consent { get; init; }

    public string AuthorizeUrl => "/oauth2/authorize?" + Query;

    public string RegisterUrl => "/oauth2/register?" + Query;

    private string Query => $"client_id={ClientId}&response_type=code&redirect_uri={Uri.EscapeDataString(RedirectUri)}&state=Xq1";

    public static async Task<HouseHunters> MoveInAsync(TestServer server, string registration = "{}", string more = "{}")
    {
        var api = await server.NewApiAsync();
        var consent = (await api.PostAsync("/api/consent", new JsonObject { ["consent"] = new JsonObject { ["name"] = ApiFixture.NewName() } }))
            .Expect("consent")["id"]!.GetValue<string>();
        var password = await api.NewFieldAsync("user.password", """{"required":true,"confirm":true}""");
        var lowest = await api.NewFieldAsync(
            "registration.data.minprice",
            """{"control":"number","type":"number","required":true,"label":"Lowest price","texts":{"de":{"label":"Mindestpreis"}},"validator":{"enabled":true,"minValue":1}}""");
        var highest = await api.NewFieldAsync("registration.data.maxprice", """{"control":"number","type":"number","label":"Highest price"}""");
        var area = await api.NewFieldAsync(
            "registration.data.geographicarea",
            """{"control":"select","options":["Denver","Boulder"],"label":"Area","optionLabels":{"Denver":"Denver, Colorado"},"texts":{"de":{"label":"Gegend","options":{"Denver":"Denver in Colorado"}}}}""");
        var why = await api.NewFieldAsync(
            "registration.data.why",
            """{"control":"textarea","required":true,"label":"Why Boulder?","visibleIf":{"key":"registration.data.geographicarea","values":["Boulder"]}}""");
        var extras = await api.NewFieldAsync("registration.data.extras", """{"control":"checkbox","options":["pool","garden","garage"],"label":"Extras"}""");
        var news = await api.NewFieldAsync("user.data.news", $$"""{"control":"consent","consentId":"{{consent}}","label":"Send me news"}""");
        var form = (await api.PostAsync("/api/form", ApiFixture.Json($$$"""
            {"form":{"name":"{{{ApiFixture.NewName()}}}","steps":[
              {"fields":["{{{FormFixture.Shipped("user.email")}}}","{{{password}}}"]},
              {"title":"Your search","titles":{"de":"Ihre Suche"},"fields":["{{{lowest}}}","{{{highest}}}","{{{area}}}","{{{why}}}","{{{extras}}}","{{{news}}}"]}]}}
            """))).Expect("form")["id"]!.GetValue<string>();
        var application = ApiFixture.Json($$$"""
            {"oauthConfiguration":{"authorizedRedirectURLs":["{{{RedirectUri}}}"],"logoutURL":"http://localhost:5000","clientSecret":"{{{Secret}}}",
              "scopeHandlingPolicy":"Compatibility","proofKeyForCodeExchangePolicy":"NotRequired"},
             "registrationConfiguration":{"enabled":true,"type":"advanced","formId":"{{{form}}}"}}
            """).AsObject();
        foreach (var (name, value) in JsonNode.Parse(registration)!.AsObject())
        {
            application["registrationConfiguration"]![name] = value?.DeepClone();
        }

        foreach (var (name, value) in JsonNode.Parse(more)!.AsObject())
        {
            application[name] = value?.DeepClone();
        }

        return new(server, api)
        {
            ClientId = await api.NewApplicationAsync(application),
            Form = form,
            LowestPrice = lowest,
            Area = area,
            Consent = consent,
        };
    }

    /// <summary>The second page of the form, for somebody new.</summary>
    public async Task<BrowserPage> SecondPageAsync(Browser browser, string email) =>
        await SubmitFirstAsync(browser, await browser.OpenAsync(RegisterUrl), email);

    public static Task<BrowserPage> SubmitFirstAsync(Browser browser, BrowserPage page, string email) => browser.SubmitAsync(
        page, ("user.email", email), ("user.password", TestServer.Password), ("confirm.user.password", TestServer.Password));

    /// <summary>The registration as the API shows it.</summary>
    public async Task<JsonObject> RegistrationOfAsync(string email)
    {
        var user = (await Api.GetAsync("/api/user?email=" + Uri.EscapeDataString(email))).Expect("user");
        return (await Api.GetAsync($"/api/user/registration/{user["id"]}/{ClientId}")).Expect("registration");
    }

    /// <summary>Whether there is somebody with this address.</summary>
    public async Task<bool> ExistsAsync(string email) =>
        (await Api.GetAsync("/api/user?email=" + Uri.EscapeDataString(email))).Status == System.Net.HttpStatusCode.OK;
}
