using IdentityServer.Forms;

namespace IdentityServer.BrowserTests.Fixtures;

/// <summary>An application whose people register by a form of two pages, with every kind of thing that a form can ask.</summary>
internal static class FormsKickstart
{
    private const string Password = "0a5c8b1e-5f6d-4c43-9b0e-1f1e2d3c4d01";
    private const string Price = "0a5c8b1e-5f6d-4c43-9b0e-1f1e2d3c4d02";
    private const string Area = "0a5c8b1e-5f6d-4c43-9b0e-1f1e2d3c4d03";
    private const string Why = "0a5c8b1e-5f6d-4c43-9b0e-1f1e2d3c4d04";
    private const string Extras = "0a5c8b1e-5f6d-4c43-9b0e-1f1e2d3c4d05";
    private const string News = "0a5c8b1e-5f6d-4c43-9b0e-1f1e2d3c4d06";
    private const string Consent = "0a5c8b1e-5f6d-4c43-9b0e-1f1e2d3c4d07";
    private const string When = "0a5c8b1e-5f6d-4c43-9b0e-1f1e2d3c4d10";
    private const string Registration = "0a5c8b1e-5f6d-4c43-9b0e-1f1e2d3c4d08";
    private const string Profile = "0a5c8b1e-5f6d-4c43-9b0e-1f1e2d3c4d09";

    public static IEnumerable<object> Requests(string clientId, string sample)
    {
        yield return Post("consent/" + Consent, new { consent = new { name = "News" } });
        yield return Field(Password, new { name = "Password twice", key = "user.password", required = true, confirm = true });
        yield return Field(Price, new
        {
            name = "Lowest price", key = "registration.data.minprice", control = "number", type = "number", required = true,
            texts = new { de = new { label = "Preis ab" } },
        });
        yield return Field(Area, new { name = "Area", key = "registration.data.area", control = "select", options = new[] { "Denver", "Boulder" } });
        yield return Field(Why, new
        {
            name = "Why Boulder?", key = "registration.data.why", control = "textarea", required = true,
            visibleIf = new { key = "registration.data.area", values = new[] { "Boulder" } },
        });
        yield return Field(Extras, new { name = "Extras", key = "registration.data.extras", control = "checkbox", options = new[] { "Pool", "Garden" } });
        yield return Field(When, new
        {
            name = "When?", key = "registration.data.when", control = "radio", options = new[] { "Now", "Later" }, description = "Roughly.",
        });
        yield return Field(News, new { name = "Send me news", key = "user.data.news", control = "consent", consentId = Consent });
        string[] search = [Price, Area, Why, Extras, When, News];
        yield return Post("form/" + Registration, new
        {
            form = new
            {
                name = "Two pages",
                steps = new object[]
                {
                    new { fields = new[] { ShippedFields.IdOf("user.email").ToString(), Password } },
                    new { fields = search, title = "What are you looking for?", titles = new { de = "Was suchen Sie?" } },
                },
            },
        });
        yield return Post("form/" + Profile, new { form = new { name = "Profile", type = "selfServiceUser", steps = new[] { new { fields = search } } } });
        yield return Post("application/" + clientId, new
        {
            application = new
            {
                name = "House Hunters",
                oauthConfiguration = new { authorizedRedirectURLs = new[] { sample + "/callback" } },
                registrationConfiguration = new { enabled = true, type = "advanced", formId = Registration },
                formConfiguration = new { selfServiceFormId = Profile },
                clientMetadata = new { token_endpoint_auth_method = "none" },
            },
        });
    }

    private static object Field(string id, object field) => Post("form/field/" + id, new { field });

    private static object Post(string path, object body) => new { method = "POST", url = "/api/" + path, body };
}
