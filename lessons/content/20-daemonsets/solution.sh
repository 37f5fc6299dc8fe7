# step: one-each
cat > log-agent.yaml <<'EOF'
apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: log-agent
spec:
  selector:
    matchLabels:
      app: log-agent
  template:
    metadata:
      labels:
        app: log-agent
    spec:
      containers:
        - name: agent
          image: my-app:1.0
EOF
kubectl apply -f log-agent.yaml

# step: everywhere
cat > log-agent.yaml <<'EOF'
apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: log-agent
spec:
  selector:
    matchLabels:
      app: log-agent
  template:
    metadata:
      labels:
        app: log-agent
    spec:
      containers:
        - name: agent
          image: my-app:1.0
      tolerations:
        - key: node-role.kubernetes.io/control-plane
          effect: NoSchedule
EOF
kubectl apply -f log-agent.yaml

# step: chosen
kubectl label node node-2 gpu=true

# step: cordoned
kubectl cordon node-1
kubectl delete pod {{ pods.filter(p, p.metadata.?labels.?app.orValue('') == 'log-agent' && p.spec.nodeName == 'node-1')[0].metadata.name }} --wait=false

# step: kinds
kubectl create deployment shop --image=my-app:1.0 --replicas=3
