// Says what Go's own text/template makes of the templates of golden.jsonl. Run by hand after adding cases
// (["{{.Name}}", "container"], or with "zero" or "error" for missingkey as third item):
//
//	go run oracle.go < golden.jsonl > new.jsonl && mv new.jsonl golden.jsonl
//
// Nothing in the project needs Go; the answers are checked in.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"reflect"
	"regexp"
	"sort"
	"strings"
	"text/template"
	"time"
)

type ContainerKind string
type PortKey string

type Health struct {
	Status        string
	FailingStreak int
	Log           []string
}
type State struct {
	Status    string
	Running   bool
	Pid       int
	ExitCode  int
	Error     string
	StartedAt string
	Health    *Health `json:",omitempty"`
}
type PortBinding struct{ HostIp, HostPort string }
type Endpoint struct {
	IPAddress   string
	Gateway     string
	IPPrefixLen int
	Aliases     []string
	MacAddress  string
}
type NetworkSettings struct {
	Ports    map[PortKey][]PortBinding
	Networks map[string]*Endpoint
}
type Mount struct {
	Type, Name, Source, Destination string
	RW                              bool
}
type Config struct {
	Hostname string
	Env      []string
	Cmd      []string
	Labels   map[string]string
	Volumes  map[string]struct{}
	Tty      bool
}
type HostConfig struct {
	Memory     int64
	NanoCpus   int64
	CpuShares  int64
	Privileged bool
	Binds      []string
}
type Container struct {
	ID              string `json:"Id"`
	Created         string
	Path            string
	Args            []string
	State           *State
	Name            string
	RestartCount    int
	SizeRw          *int64 `json:",omitempty"`
	Mounts          []Mount
	Config          *Config
	HostConfig      HostConfig
	NetworkSettings *NetworkSettings
	Kind            ContainerKind
	Load            float64
	Interval        time.Duration
	Level           uint8
	Any             any
}

// Row is a row of a list as Docker's formatter has it: methods only.
type Row struct{ labels map[string]string }

func (*Row) ID() string              { return "4c01db0b339c" }
func (*Row) Names() string           { return "web_1" }
func (*Row) Command() string         { return `"nginx -g 'daemon off; > /dev/null'"` }
func (*Row) Size() int               { return 42 }
func (*Row) Tags() []string          { return []string{"a", "b"} }
func (*Row) Empty() string           { return "" }
func (r *Row) Label(k string) string { return r.labels[k] }
func (*Row) Add(a, b int) int        { return a + b }
func (*Row) Fail() (string, error)   { return "", errors.New("no such thing") }
func (r *Row) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]any{"ID": r.ID(), "Names": r.Names(), "Command": r.Command(), "Size": r.Size(), "Tags": r.Tags(), "Empty": r.Empty()})
}

type Failing struct{}

func (*Failing) Fail() (string, error) { return "", errors.New("no such thing") }
func (*Failing) Fine() (string, error) { return "fine", nil }

type Holder struct {
	Greet func(string) string
	Add   func(int, int) int
	Nil   *Health
	Ints  []int
	Bytes []byte
	Strs  map[string]string
	Nums  map[string]int
	Boxes []any
	Pair  PortBinding
	Same  PortBinding
	Ptr   *PortBinding
	U     uint64
	Big   uint64
}

func plain(v any) any {
	switch v := v.(type) {
	case json.Number:
		if i, err := v.Int64(); err == nil {
			return int(i)
		}
		f, _ := v.Float64()
		if f == float64(int64(f)) && f < 1<<63 && f > -(1<<63) {
			return int(f)
		}
		return f
	case []any:
		for i := range v {
			v[i] = plain(v[i])
		}
		return v
	case map[string]any:
		for k := range v {
			v[k] = plain(v[k])
		}
		return v
	}
	return v
}

func exact(raw []byte) any {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		panic(err)
	}
	return v
}

func data() map[string]any {
	text, err := os.ReadFile("data.json")
	if err != nil {
		panic(err)
	}
	var parts map[string]json.RawMessage
	if err := json.Unmarshal(text, &parts); err != nil {
		panic(err)
	}
	container, stopped := &Container{}, &Container{}
	if err := json.Unmarshal(parts["container"], container); err != nil {
		panic(err)
	}
	if err := json.Unmarshal(parts["stopped"], stopped); err != nil {
		panic(err)
	}
	pair := PortBinding{"0.0.0.0", "80"}
	return map[string]any{
		"container": container,
		"stopped":   stopped,
		"raw":       exact(parts["container"]),
		"any":       plain(exact(parts["any"])),
		"row":       &Row{labels: map[string]string{"app": "shop", "com.example/team": "web"}},
		"failing":   &Failing{},
		"holder": Holder{
			Greet: func(s string) string { return "hello " + s }, Add: func(a, b int) int { return a + b },
			Ints: []int{3, 1, 2}, Bytes: []byte("hi!"), Strs: map[string]string{"k": "v"}, Nums: map[string]int{"n": 7},
			Boxes: []any{1, "a", nil}, Pair: pair, Same: pair, Ptr: &pair, U: 5, Big: 18446744073709551615,
		},
		"nil":    nil,
		"string": "hello world",
		"int":    7,
		"list":   []string{"a", "b", "c"},
		"header": map[string]string{"ID": "CONTAINER ID", "Names": "NAMES", "Command": "COMMAND"},
	}
}

func formatJSON(v any) (string, error) {
	var text strings.Builder
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(v)
	return strings.TrimSuffix(text.String(), "\n"), err
}

func join(elems any, sep string) (string, error) {
	rv := reflect.ValueOf(elems)
	if !rv.IsValid() {
		return "", nil
	}
	var parts []string
	switch rv.Kind() {
	case reflect.Slice:
		for i := 0; i < rv.Len(); i++ {
			parts = append(parts, fmt.Sprint(rv.Index(i).Interface()))
		}
	case reflect.Map:
		for _, k := range rv.MapKeys() {
			parts = append(parts, fmt.Sprint(rv.MapIndex(k).Interface()))
		}
		sort.Strings(parts)
	default:
		return "", fmt.Errorf("expected slice, got %T", elems)
	}
	return strings.Join(parts, sep), nil
}

var docker = template.FuncMap{
	"json": formatJSON, "split": strings.Split, "join": join, "title": strings.Title, "lower": strings.ToLower,
	"upper": strings.ToUpper,
	"pad": func(s string, before, after int) string {
		if s == "" {
			return s
		}
		return strings.Repeat(" ", before) + s + strings.Repeat(" ", after)
	},
	"truncate": func(s string, n int) string {
		if len(s) < n {
			return s
		}
		return s[:n]
	},
}

var address = regexp.MustCompile("0x[0-9a-f]{9,}")

// Case is one line of golden.jsonl: template, data, missingkey, output, error.
type Case []string

// An address differs from run to run; ours is always the same.
func oneAddress(s string) string { return address.ReplaceAllString(s, "0xc000000000") }

func main() {
	all := data()
	in := json.NewDecoder(os.Stdin)
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	for in.More() {
		var c Case
		if err := in.Decode(&c); err != nil {
			panic(err)
		}
		missing := "default"
		if len(c) > 2 {
			missing = c[2]
		}
		value, ok := all[c[1]]
		if !ok {
			panic("no data " + c[1])
		}
		var written bytes.Buffer
		failure := ""
		t, err := template.New("").Funcs(docker).Option("missingkey=" + missing).Parse(c[0])
		if err == nil {
			err = t.Execute(&written, value)
		}
		if err != nil {
			failure = err.Error()
		}
		_ = out.Encode([]string{c[0], c[1], missing, oneAddress(written.String()), oneAddress(failure)})
	}
}
