using System.Net;
using System.Text.Json.Nodes;
using IdentityServer.Tests.Fixtures;

namespace IdentityServer.Tests.Api;

public sealed class FormFieldsApiTests
{
    [Theory]
    [OnEachDatabase]
    public async Task A_field_is_created_read_changed_and_deleted(DatabaseProvider provider)
    {
        var api = await (await TestServer.SharedAsync(provider)).NewApiAsync();
        var id = Guid.NewGuid().ToString();
        var name = ApiFixture.NewName();

        var created = (await api.PostAsync($"/api/form/field/{id}", Body(
            $$"""{"name":"{{name}}","key":"registration.data.minprice","control":"number","type":"number","required":true}"""))).Expect("field");
        Assert.Equal(
            $$$"""{"id":"{{{id}}}","name":"{{{name}}}","insertInstant":0,"lastUpdateInstant":0,"key":"registration.data.minprice","control":"number","type":"number","required":true,"confirm":false,"options":[],"validator":{"enabled":false},"data":{}}""",
            WithoutInstants(created));
        Assert.Equal(created.ToJsonString(), (await api.GetAsync($"/api/form/field/{id}")).Expect("field").ToJsonString());
        Assert.Contains((await api.GetAsync("/api/form/field")).Json["fields"]!.AsArray(), field => field!["id"]!.GetValue<string>() == id);

        var replaced = (await api.PutAsync($"/api/form/field/{id}", Body($$"""{"name":"{{name}} 2","key":"user.data.other","control":"text","type":"string"}"""))).Expect("field");
        Assert.Equal("registration.data.minprice number number False", $"{replaced["key"]} {replaced["control"]} {replaced["type"]} {replaced["required"]!.GetValue<bool>()}");

        var patched = (await api.PatchAsync($"/api/form/field/{id}", Body("""{"description":"In dollars","validator":{"enabled":true,"minValue":0.5}}"""))).Expect("field");
        Assert.Equal("""{"enabled":true,"minValue":0.5}""", patched["validator"]!.ToJsonString());
        Assert.Equal(name + " 2", patched["name"]!.GetValue<string>());

        (await api.DeleteAsync($"/api/form/field/{id}")).ExpectEmpty(HttpStatusCode.OK);
        (await api.GetAsync($"/api/form/field/{id}")).ExpectEmpty(HttpStatusCode.NotFound);
        (await api.PutAsync($"/api/form/field/{id}", Body($$"""{"name":"{{name}}","key":"user.data.a"}"""))).ExpectEmpty(HttpStatusCode.NotFound);
        (await api.DeleteAsync($"/api/form/field/{id}")).ExpectEmpty(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task What_FusionAuth_has_no_word_for_is_kept_too()
    {
        var api = await (await TestServer.SharedAsync()).NewApiAsync();

        var created = (await api.PostAsync("/api/form/field", Body($$"""
            {"name":"{{ApiFixture.NewName()}}","key":"registration.data.area","control":"select","options":["denver","boulder"],"label":"Area","placeholder":"p",
             "description":"Where?","default":["denver"],"optionLabels":{"denver":"Denver, Colorado"},"visibleIf":{"key":"registration.data.kind","values":["house"]},
             "requiredIf":{"key":"registration.data.kind"},"texts":{"de":{"label":"Gegend","description":"Wo?","options":{"denver":"Denver in Colorado"} } },
             "validator":{"enabled":true,"expression":"[a-z]*","maxLength":20},"data":{"leftAddon":"user"} }
            """))).Expect("field");
        var read = (await api.GetAsync($"/api/form/field/{created["id"]}")).Expect("field");

        Assert.Equal("""["denver"]""", read["default"]!.ToJsonString());
        Assert.Equal("""{"denver":"Denver, Colorado"}""", read["optionLabels"]!.ToJsonString());
        Assert.Equal("""{"key":"registration.data.kind","values":["house"]}""", read["visibleIf"]!.ToJsonString());
        Assert.Equal("Gegend", read["texts"]!["de"]!["label"]!.GetValue<string>());
        Assert.Equal("""{"enabled":true,"expression":"[a-z]*","maxLength":20}""", read["validator"]!.ToJsonString());
        Assert.Equal("""{"leftAddon":"user"}""", read["data"]!.ToJsonString());
    }

    [Fact]
    public async Task A_predefined_key_brings_its_control_and_type()
    {
        var api = await (await TestServer.SharedAsync()).NewApiAsync();
        var id = await api.NewFieldAsync("user.birthDate", """{"control":"textarea","type":"number"}""");

        var field = (await api.GetAsync($"/api/form/field/{id}")).Expect("field");

        Assert.Equal("text date", $"{field["control"]} {field["type"]}");
    }

    [Fact]
    public async Task A_new_server_has_a_field_for_each_predefined_key()
    {
        var api = await (await TestServer.SharedAsync()).NewApiAsync();

        var email = (await api.GetAsync($"/api/form/field/{FormFixture.Shipped("user.email")}")).Expect("field");

        Assert.Equal("user.email text email True", $"{email["key"]} {email["control"]} {email["type"]} {email["required"]!.GetValue<bool>()}");
        var keys = (await api.GetAsync("/api/form/field")).Json["fields"]!.AsArray().Select(field => field!["key"]!.GetValue<string>()).ToHashSet();
        Assert.Subset(keys, IdentityServer.Forms.PredefinedFields.All.Select(field => field.Key).ToHashSet());
    }

    [Theory]
    [InlineData("""{"name":"{name}"}""", "[blank]field.key")]
    [InlineData("""{"key":"user.data.a"}""", "[blank]field.name")]
    [InlineData("""{"name":"{name}","key":"user.verified"}""", "[invalid]field.key")]
    [InlineData("""{"name":"{name}","key":"user.data.a","control":"slider"}""", "[invalid]field.control")]
    [InlineData("""{"name":"{name}","key":"user.data.a","type":"Number"}""", "[invalid]field.type")]
    [InlineData("""{"name":"{name}","key":"user.data.a","control":"password","type":"number"}""", "[invalid]field.type")]
    [InlineData("""{"name":"{name}","key":"user.data.a","control":"text","type":"bool"}""", "[invalid]field.type")]
    [InlineData("""{"name":"{name}","key":"user.data.a","control":"select"}""", "[missing]field.options")]
    [InlineData("""{"name":"{name}","key":"user.data.a","control":"text","options":["a"]}""", "[invalid]field.options")]
    [InlineData("""{"name":"{name}","key":"user.data.a","control":"select","type":"number","options":["1","b"]}""", "[invalid]field.options[1]")]
    [InlineData("""{"name":"{name}","key":"user.data.a","control":"radio","options":["a","a"]}""", "[duplicate]field.options[1]")]
    [InlineData("""{"name":"{name}","key":"user.data.a","control":"checkbox","type":"consent"}""", "[missing]field.consentId")]
    [InlineData("""{"name":"{name}","key":"user.data.a","control":"consent","consentId":"7a7e08db-5aee-4c28-b5b7-7ec7f7cedf14"}""", "[invalid]field.consentId")]
    [InlineData("""{"name":"{name}","key":"user.data.a","validator":{"enabled":true,"expression":"(a"}}""", "[invalid]field.validator.expression")]
    [InlineData("""{"name":"{name}","key":"user.data.a","validator":{"enabled":true,"expression":"(a)\\1"}}""", "[invalid]field.validator.expression")]
    [InlineData("""{"name":"{name}","key":"user.data.a","validator":{"enabled":false,"expression":"(?=a)"}}""", "[invalid]field.validator.expression")]
    [InlineData("""{"name":"{name}","key":"user.data.a","validator":{"minLength":5,"maxLength":4}}""", "[invalid]field.validator.maxLength")]
    [InlineData("""{"name":"{name}","key":"user.data.a","control":"number","type":"number","validator":{"minValue":5,"maxValue":4}}""", "[invalid]field.validator.maxValue")]
    [InlineData("""{"name":"{name}","key":"user.data.a","control":"checkbox","type":"bool","confirm":true}""", "[invalid]field.confirm")]
    [InlineData("""{"name":"{name}","key":"user.data.a","visibleIf":{"key":"user.data.a"}}""", "[invalid]field.visibleIf.key")]
    [InlineData("""{"name":"{name}","key":"user.data.a","requiredIf":{"values":["x"]}}""", "[invalid]field.requiredIf.key")]
    [InlineData("""{"name":"{name}","key":"user.data.a","visibleIf":{"key":"user.password"}}""", "[invalid]field.visibleIf.key")]
    [InlineData("""{"name":"{name}","key":"user.data.a","texts":{"no language":{"label":"x"}}}""", "[invalid]field.texts")]
    [InlineData("""{"name":"{name}","key":"user.data.a","default":"x"}""", "[invalidJSON]field.default")]
    [InlineData("""{"name":"{name}","key":"user.data.a","required":"yes"}""", "[invalidJSON]field.required")]
    public async Task A_field_that_could_not_work_is_refused(string field, string code)
    {
        var api = await (await TestServer.SharedAsync()).NewApiAsync();

        (await api.PostAsync("/api/form/field", Body(field.Replace("{name}", ApiFixture.NewName(), StringComparison.Ordinal)))).ExpectCodes(code);
    }

    [Theory]
    [OnEachDatabase]
    public async Task Names_and_ids_are_taken_once(DatabaseProvider provider)
    {
        var api = await (await TestServer.SharedAsync(provider)).NewApiAsync();
        var name = ApiFixture.NewName();
        var id = await api.NewFieldAsync("user.data.a", $$"""{"name":"{{name}}"}""");

        (await api.PostAsync("/api/form/field", Body($$"""{"name":"{{name}}","key":"user.data.b"}"""))).ExpectCodes("[duplicate]field.name");
        (await api.PostAsync($"/api/form/field/{id}", Body($$"""{"name":"{{ApiFixture.NewName()}}","key":"user.data.b"}"""))).ExpectCodes("[duplicate]field.id");
        (await api.PostAsync("/api/form/field/not-an-id", Body("{}"))).ExpectCodes("[couldNotConvert]fieldId");
        (await api.PostAsync("/api/form/field", null)).ExpectCodes("[missing]field");
        await api.NewFieldAsync("user.data.a");
    }

    [Fact]
    public async Task A_field_in_a_form_stays_and_keeps_the_form_working()
    {
        var api = await (await TestServer.SharedAsync()).NewApiAsync();
        var kind = await api.NewFieldAsync("registration.data.kind");
        var field = await api.NewFieldAsync("registration.data.a", """{"visibleIf":{"key":"registration.data.kind"}}""");
        var form = await api.NewFormAsync([kind, field]);

        (await api.DeleteAsync($"/api/form/field/{field}")).ExpectCodes("[inUse]field");
        (await api.PatchAsync($"/api/form/field/{field}", Body("""{"visibleIf":{"key":"registration.data.later"}}"""))).ExpectCodes("[invalid]field");

        (await api.DeleteAsync($"/api/form/{form}")).ExpectEmpty(HttpStatusCode.OK);
        (await api.DeleteAsync($"/api/form/field/{field}")).ExpectEmpty(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_key_for_forms_does_not_cover_fields_and_the_other_way_round()
    {
        var server = await TestServer.SharedAsync();
        var forms = await server.NewApiAsync(permissions: ("/api/form", ["GET"]));
        var fields = await server.NewApiAsync(permissions: ("/api/form/field", ["GET"]));

        (await forms.GetAsync("/api/form/field")).ExpectEmpty(HttpStatusCode.Unauthorized);
        (await forms.PostAsync("/api/form", Body("{}"))).ExpectEmpty(HttpStatusCode.Unauthorized);
        (await fields.GetAsync("/api/form")).ExpectEmpty(HttpStatusCode.Unauthorized);
        Assert.Equal(HttpStatusCode.OK, (await forms.GetAsync("/api/form")).Status);
        Assert.Equal(HttpStatusCode.OK, (await fields.GetAsync("/api/form/field")).Status);
        (await server.ApiWith(null).GetAsync("/api/form/field")).ExpectEmpty(HttpStatusCode.Unauthorized);
    }

    private static JsonObject Body(string field) => new() { ["field"] = ApiFixture.Json(field) };

    private static string WithoutInstants(JsonObject field)
    {
        var copy = field.DeepClone().AsObject();
        copy["insertInstant"] = 0;
        copy["lastUpdateInstant"] = 0;
        return copy.ToJsonString();
    }
}
