using System.Net;
using System.Text.Json.Nodes;
using IdentityServer.Tests.Fixtures;

namespace IdentityServer.Tests.Api;

public sealed class FormsApiTests
{
    private static readonly string Email = FormFixture.Shipped("user.email");
    private static readonly string Password = FormFixture.Shipped("user.password");

    [Theory]
    [OnEachDatabase]
    public async Task A_form_is_created_read_changed_and_deleted(DatabaseProvider provider)
    {
        var api = await (await TestServer.SharedAsync(provider)).NewApiAsync();
        var (id, name, price) = (Guid.NewGuid().ToString(), ApiFixture.NewName(), await api.NewFieldAsync("registration.data.price"));

        var created = (await api.PostAsync($"/api/form/{id}", ApiFixture.Json(
            $$$"""{"form":{"name":"{{{name}}}","steps":[{"fields":["{{{Email}}}","{{{Password}}}"]},{"fields":["{{{price}}}"],"title":"Price","titles":{"de":"Preis"}}]}}"""))).Expect("form");
        created["insertInstant"] = 0;
        created["lastUpdateInstant"] = 0;
        Assert.Equal(
            $$$"""{"id":"{{{id}}}","name":"{{{name}}}","type":"registration","data":{},"steps":[{"type":"collectData","fields":["{{{Email}}}","{{{Password}}}"]},{"type":"collectData","fields":["{{{price}}}"],"title":"Price","titles":{"de":"Preis"}}],"insertInstant":0,"lastUpdateInstant":0}""",
            created.ToJsonString());
        Assert.Contains((await api.GetAsync("/api/form")).Json["forms"]!.AsArray(), form => form!["id"]!.GetValue<string>() == id);

        var replaced = (await api.PutAsync($"/api/form/{id}", FormFixture.Form(name, "adminUser", [price], [Email]))).Expect("form");
        Assert.Equal("registration", replaced["type"]!.GetValue<string>());
        Assert.Equal(price, replaced["steps"]![0]!["fields"]![0]!.GetValue<string>());

        var appended = (await api.PatchAsync($"/api/form/{id}", ApiFixture.Json($$$"""{"form":{"steps":[{"fields":["{{{Password}}}"]}]}}"""))).Expect("form");
        Assert.Equal(3, appended["steps"]!.AsArray().Count);

        (await api.DeleteAsync($"/api/form/{id}")).ExpectEmpty(HttpStatusCode.OK);
        (await api.GetAsync($"/api/form/{id}")).ExpectEmpty(HttpStatusCode.NotFound);
        (await api.GetAsync($"/api/form/{id}/schema")).ExpectEmpty(HttpStatusCode.NotFound);
        (await api.DeleteAsync($"/api/form/{id}")).ExpectEmpty(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_form_that_could_not_work_is_refused()
    {
        var api = await (await TestServer.SharedAsync()).NewApiAsync();
        var name = ApiFixture.NewName();
        var (data, inner) = (await api.NewFieldAsync("registration.data.a"), await api.NewFieldAsync("registration.data.a.b"));
        var dependent = await api.NewFieldAsync("registration.data.c", """{"visibleIf":{"key":"registration.data.a"}}""");
        var roles = FormFixture.Shipped("registration.roles");

        (await api.PostAsync("/api/form", ApiFixture.Json("""{"form":{}}"""))).ExpectCodes("[blank]form.name", "[empty]form.steps");
        (await api.PostAsync("/api/form", null)).ExpectCodes("[missing]form");
        await RefusedAsync("[empty]form.steps[1].fields", "registration", [data], []);
        await RefusedAsync("[invalid]form.steps[0].fields", "registration", [Guid.NewGuid().ToString()]);
        await RefusedAsync("[invalid]form.steps[0].fields", "registration", ["no-id"]);
        await RefusedAsync("[invalid]form.steps[1].fields", "registration", [data], [data]);
        await RefusedAsync("[invalid]form.steps[0].fields", "registration", [data, inner]);
        await RefusedAsync("[invalid]form.steps[0].fields", "registration", [dependent], [data]);
        await RefusedAsync("[invalid]form.steps[0].fields", "registration", [roles]);
        await RefusedAsync("[invalid]form.type", "survey", [data]);
        await api.NewFormAsync("adminRegistration", [[roles, data, dependent]]);

        async Task RefusedAsync(string code, string type, params string[][] steps) =>
            (await api.PostAsync("/api/form", FormFixture.Form(ApiFixture.NewName(), type, steps))).ExpectCodes(code);
    }

    [Fact]
    public async Task A_form_may_have_the_address_proven_between_its_steps()
    {
        var api = await (await TestServer.SharedAsync()).NewApiAsync();
        var steps = $$"""[{"fields":["{{Email}}"]},{"type":"verifyEmail","titles":{"de":"Sind Sie das?"} },{"fields":["{{Password}}"]}]""";

        var made = (await PostAsync(steps)).Expect("form");
        Assert.Equal("""{"type":"verifyEmail","fields":[],"titles":{"de":"Sind Sie das?"}}""", made["steps"]![1]!.ToJsonString());
        Assert.Equal(
            made["steps"]!.ToJsonString(), (await api.PutAsync($"/api/form/{made["id"]}", new JsonObject { ["form"] = made.DeepClone() })).Expect("form")["steps"]!.ToJsonString());
        var schema = (await api.GetAsync($"/api/form/{made["id"]}/schema")).Json;
        Assert.Contains("proves by mail", schema["properties"]!["user"]!["properties"]!["email"]!["$comment"]!.GetValue<string>(), StringComparison.Ordinal);

        Task<ApiAnswer> PostAsync(string json) => api.PostAsync(
            "/api/form", ApiFixture.Json($$$"""{"form":{"name":"{{{ApiFixture.NewName()}}}","type":"registration","steps":{{{json}}} } }"""));
    }

    [Theory]
    [InlineData("[invalid]form.steps[0].type", "registration", """[{"type":"verifyEmail"},{"fields":["EMAIL"]},{"fields":["PASSWORD"]}]""")]
    [InlineData("[invalid]form.steps[1].type", "registration", """[{"fields":["PASSWORD"]},{"type":"verifyEmail"},{"fields":["EMAIL"]}]""")]
    [InlineData("[invalid]form.steps[1].type", "registration", """[{"fields":["EMAIL","PASSWORD"]},{"type":"verifyEmail"}]""")]
    [InlineData("[invalid]form.steps[2].type", "registration", """[{"fields":["EMAIL"]},{"type":"verifyEmail"},{"type":"verifyEmail"}]""")]
    [InlineData("[invalid]form.steps[1].type", "registration", """[{"fields":["EMAIL"]},{"type":"verifyPhoneNumber","fields":["PASSWORD"]}]""")]
    [InlineData("[invalid]form.steps[0].type", "registration", """[{"type":"confirm","fields":["EMAIL"]}]""")]
    [InlineData("[invalid]form.steps[1].fields", "registration", """[{"fields":["EMAIL"]},{"type":"verifyEmail","fields":["PASSWORD"]}]""")]
    [InlineData("[invalid]form.steps[1].type", "selfServiceUser", """[{"fields":["EMAIL"]},{"type":"verifyEmail"}]""")]
    [InlineData("[invalid]form.steps[1].type", "adminRegistration", """[{"fields":["EMAIL"]},{"type":"verifyEmail"}]""")]
    [InlineData("[invalid]form.steps[1].type", "adminUser", """[{"fields":["EMAIL"]},{"type":"verifyEmail"}]""")]
    public async Task An_address_is_proven_in_one_place_of_a_registration_form_only(string code, string type, string steps)
    {
        var api = await (await TestServer.SharedAsync()).NewApiAsync();
        var json = steps.Replace("EMAIL", Email, StringComparison.Ordinal).Replace("PASSWORD", Password, StringComparison.Ordinal);

        (await api.PostAsync("/api/form", ApiFixture.Json($$$"""{"form":{"name":"{{{ApiFixture.NewName()}}}","type":"{{{type}}}","steps":{{{json}}} } }""")))
            .ExpectCodes(code);
    }

    [Theory]
    [OnEachDatabase]
    public async Task A_form_that_an_application_uses_stays_and_keeps_asking_for_something_to_sign_in_with(DatabaseProvider provider)
    {
        var api = await (await TestServer.SharedAsync(provider)).NewApiAsync();
        var price = await api.NewFieldAsync("registration.data.price");
        var form = await api.NewFormAsync([Email, Password], [price]);
        var application = await api.NewApplicationAsync(Registration(form));

        (await api.DeleteAsync($"/api/form/{form}")).ExpectCodes("[inUse]form");
        (await api.PutAsync($"/api/form/{form}", FormFixture.Form(ApiFixture.NewName(), "registration", [price]))).ExpectCodes("[invalid]form.steps");

        Assert.Equal(HttpStatusCode.OK, (await api.PatchAsync($"/api/application/{application}", ApiFixture.Json("""{"application":{"registrationConfiguration":{"type":"basic","formId":null}}}"""))).Status);
        (await api.DeleteAsync($"/api/form/{form}")).ExpectEmpty(HttpStatusCode.OK);
    }

    [Fact]
    public async Task An_application_names_forms_that_are_there_and_of_the_right_kind()
    {
        var api = await (await TestServer.SharedAsync()).NewApiAsync();
        var (price, name) = (await api.NewFieldAsync("registration.data.price"), FormFixture.Shipped("user.fullName"));
        var (lacksLogin, selfService) = (await api.NewFormAsync([price]), await api.NewFormAsync("selfServiceUser", [[name]]));

        (await CreateAsync(Registration(Guid.NewGuid().ToString()))).ExpectCodes("[invalid]application.registrationConfiguration.formId");
        (await CreateAsync(Registration(lacksLogin))).ExpectCodes("[invalid]application.registrationConfiguration.formId");
        (await CreateAsync(Registration(selfService))).ExpectCodes("[invalid]application.registrationConfiguration.formId");
        (await CreateAsync("""{"registrationConfiguration":{"enabled":true,"type":"advanced"}}""")).ExpectCodes("[missing]application.registrationConfiguration.formId");
        (await CreateAsync("""{"registrationConfiguration":{"type":"expert"}}""")).ExpectCodes("[invalid]application.registrationConfiguration.type");
        (await CreateAsync($$$"""{"formConfiguration":{"selfServiceFormId":"{{{lacksLogin}}}"}}""")).ExpectCodes("[invalid]application.formConfiguration.selfServiceFormId");
        (await CreateAsync($$$"""{"formConfiguration":{"adminRegistrationFormId":"{{{selfService}}}"}}""")).ExpectCodes("[invalid]application.formConfiguration.adminRegistrationFormId");

        var made = (await CreateAsync($$$"""
            {"formConfiguration":{"selfServiceFormId":"{{{selfService}}}","selfServiceFormConfiguration":{"requireCurrentPasswordOnPasswordChange":true}},
             "registrationConfiguration":{"enabled":true,"confirmPassword":true,"completeRegistration":true,"birthDate":{"enabled":true,"required":true} } }
            """)).Expect("application");
        Assert.Equal(selfService, made["formConfiguration"]!["selfServiceFormId"]!.GetValue<string>());
        Assert.True(made["formConfiguration"]!["selfServiceFormConfiguration"]!["requireCurrentPasswordOnPasswordChange"]!.GetValue<bool>());
        Assert.Equal("""{"enabled":true,"required":true}""", made["registrationConfiguration"]!["birthDate"]!.ToJsonString());

        Task<ApiAnswer> CreateAsync(object settings)
        {
            var application = settings as JsonObject ?? ApiFixture.Json((string)settings).AsObject();
            application["name"] = ApiFixture.NewName();
            return api.PostAsync("/api/application", new JsonObject { ["application"] = application });
        }
    }

    [Fact]
    public async Task The_schema_says_what_answers_look_like()
    {
        var api = await (await TestServer.SharedAsync()).NewApiAsync();
        var price = await api.NewFieldAsync("registration.data.price", """{"control":"number","type":"number","required":true,"label":"Price","validator":{"enabled":true,"minValue":1}}""");
        var area = await api.NewFieldAsync("registration.data.search.area", """{"control":"select","options":["denver","boulder"],"required":true}""");
        var extras = await api.NewFieldAsync("registration.data.extras", """{"control":"checkbox","options":["pool","garden"],"description":"Any"}""");
        var zip = await api.NewFieldAsync(
            "registration.data.zip", """{"validator":{"enabled":true,"expression":"[0-9]{5}"},"requiredIf":{"key":"registration.data.search.area","values":["boulder"]}}""");
        var form = await api.NewFormAsync([Email], [price, area, extras, zip]);

        var schema = (await api.GetAsync($"/api/form/{form}/schema")).Json;

        Assert.Equal("https://json-schema.org/draft/2020-12/schema", schema["$schema"]!.GetValue<string>());
        Assert.Equal("""["user","registration"]""", schema["required"]!.ToJsonString());
        Assert.Equal("email", schema["properties"]!["user"]!["properties"]!["email"]!["format"]!.GetValue<string>());
        var data = schema["properties"]!["registration"]!["properties"]!["data"]!;
        Assert.Equal("""["price","search"]""", data["required"]!.ToJsonString());
        Assert.Equal("""{"type":"number","minimum":1,"title":"Price"}""", data["properties"]!["price"]!.ToJsonString());
        Assert.Equal("""["denver","boulder"]""", data["properties"]!["search"]!["properties"]!["area"]!["enum"]!.ToJsonString());
        Assert.Equal("array", data["properties"]!["extras"]!["type"]!.GetValue<string>());
        Assert.Equal("^(?:[0-9]{5})$", data["properties"]!["zip"]!["pattern"]!.GetValue<string>());
        Assert.Equal(
            """[{"if":{"required":["registration"],"properties":{"registration":{"required":["data"],"properties":{"data":{"required":["search"],"properties":{"search":{"required":["area"],"properties":{"area":{"enum":["boulder"]}}}}}}}}},"then":{"required":["registration"],"properties":{"registration":{"required":["data"],"properties":{"data":{"required":["zip"]}}}}}}]""",
            schema["allOf"]!.ToJsonString());
    }

    [Fact]
    public async Task A_change_of_forms_is_audited_with_the_key_that_made_it()
    {
        var server = await TestServer.SharedAsync();
        var api = await server.NewApiAsync();
        var form = await api.NewFormAsync([Email]);

        var entry = await server.ReadAsync(db => Task.FromResult(db.AuditEntries.Where(row => row.Data!.Contains(form)).Single()));

        Assert.Equal("Created a form", entry.Message);
        Assert.True(Guid.TryParse(entry.Actor, out _));
    }

    private static JsonObject Registration(string formId) =>
        ApiFixture.Json($$$"""{"registrationConfiguration":{"enabled":true,"type":"advanced","formId":"{{{formId}}}"}}""").AsObject();
}
