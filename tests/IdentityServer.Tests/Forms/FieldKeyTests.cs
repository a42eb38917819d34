using System.Text.Json.Nodes;
using IdentityServer.Forms;

namespace IdentityServer.Tests.Forms;

public sealed class FieldKeyTests
{
    [Theory]
    [InlineData("user.email", FieldPlace.User)]
    [InlineData("registration.username", FieldPlace.Registration)]
    [InlineData("user.data.color", FieldPlace.UserData)]
    [InlineData("registration.data.minprice", FieldPlace.RegistrationData)]
    [InlineData("registration.data.search.areas[0]", FieldPlace.RegistrationData)]
    [InlineData("registration.data['x-y']", FieldPlace.RegistrationData)]
    [InlineData("registration.data[\"x.y\"].z", FieldPlace.RegistrationData)]
    public void A_key_names_a_property_or_a_place_in_data(string text, FieldPlace place)
    {
        var key = FieldKey.Parse(text)!;

        Assert.Equal(place, key.Place);
        Assert.Equal(text, key.Text);
    }

    [Theory]
    [InlineData("")]
    [InlineData("user")]
    [InlineData("user.id")]
    [InlineData("user.verified")]
    [InlineData("user.tenantId")]
    [InlineData("user.data")]
    [InlineData("user.data.")]
    [InlineData("user.data..a")]
    [InlineData("user.data[0]")]
    [InlineData("user.data.a[")]
    [InlineData("user.data.a[]")]
    [InlineData("user.data.a[-1]")]
    [InlineData("user.data.a[100]")]
    [InlineData("user.data.a['b]")]
    [InlineData("user.data.a['b'")]
    [InlineData("user.data.a b")]
    [InlineData("user.data.<script>")]
    [InlineData("user.data.a.b.c.d.e.f.g.h.i")]
    [InlineData("user.dataa.b")]
    [InlineData("registration.verified")]
    [InlineData("registration.roles.x")]
    [InlineData("application.name")]
    public void Anything_else_is_no_key(string text) => Assert.Null(FieldKey.Parse(text));

    [Fact]
    public void A_key_has_a_longest_length() => Assert.Null(FieldKey.Parse("user.data." + new string('a', FieldKey.MaxLength)));

    [Theory]
    [InlineData("user.data.a", "{}", """{"a":1}""")]
    [InlineData("user.data.a.b", "{}", """{"a":{"b":1}}""")]
    [InlineData("user.data.a.b", """{"a":{"c":2}}""", """{"a":{"c":2,"b":1}}""")]
    [InlineData("user.data.a.b", """{"a":"text"}""", """{"a":{"b":1}}""")]
    [InlineData("user.data['x.y']", "{}", """{"x.y":1}""")]
    [InlineData("user.data.a[0]", "{}", """{"a":[1]}""")]
    [InlineData("user.data.a[1].b", """{"a":[5]}""", """{"a":[5,{"b":1}]}""")]
    public void A_value_is_put_where_the_key_says_and_found_there(string key, string before, string after)
    {
        var data = JsonNode.Parse(before)!.AsObject();
        var parsed = FieldKey.Parse(key)!;

        parsed.Write(data, JsonValue.Create(1));

        Assert.Equal(after, data.ToJsonString());
        Assert.Equal(1, parsed.Read(data)!.GetValue<int>());
    }

    [Theory]
    [InlineData("user.data.a", """{"a":1,"b":2}""", """{"b":2}""")]
    [InlineData("user.data.a.b", """{"a":{"b":1}}""", """{"a":{}}""")]
    [InlineData("user.data.a.b", """{"a":"text"}""", """{"a":"text"}""")]
    [InlineData("user.data.a[3]", """{"a":[1]}""", """{"a":[1]}""")]
    [InlineData("user.data.x.y", "{}", "{}")]
    public void No_value_takes_away_what_is_there_and_nothing_else(string key, string before, string after)
    {
        var data = JsonNode.Parse(before)!.AsObject();

        FieldKey.Parse(key)!.Write(data, null);

        Assert.Equal(after, data.ToJsonString());
    }

    [Theory]
    [InlineData("user.data.a", "user.data.a", true)]
    [InlineData("user.data.a", "user.data.a.b", true)]
    [InlineData("user.data.a[0]", "user.data.a.b", true)]
    [InlineData("user.data['a']", "user.data.a", true)]
    [InlineData("user.data.a", "user.data.ab", false)]
    [InlineData("user.data.a[0]", "user.data.a[1]", false)]
    [InlineData("user.data.a", "registration.data.a", false)]
    [InlineData("user.email", "user.email", true)]
    [InlineData("user.email", "user.username", false)]
    public void Keys_of_one_place_exclude_each_other(string one, string other, bool overlap) =>
        Assert.Equal(overlap, FieldKey.Parse(one)!.Overlaps(FieldKey.Parse(other)!));
}
