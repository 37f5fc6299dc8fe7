# step: read
kubectl describe node node-1

# step: paper
cat > node.yaml <<'EOF'
apiVersion: v1
kind: Node
metadata:
  name: node-4
spec:
  podCIDR: 10.244.9.0/24
status:
  capacity:
    cpu: "2"
    memory: 4Gi
EOF
kubectl apply -f node.yaml

# step: fill
kubectl apply -f hungry.yaml

# step: reasons
kubectl get events --field-selector reason=FailedScheduling

# step: room
cat > hungry.yaml <<'EOF'
apiVersion: apps/v1
kind: Deployment
metadata:
  name: hungry
spec:
  replicas: 10
  selector:
    matchLabels:
      app: hungry
  template:
    metadata:
      labels:
        app: hungry
    spec:
      containers:
        - name: app
          image: my-app:1.0
          resources:
            requests:
              cpu: 400m
EOF
kubectl apply -f hungry.yaml
clock advance 60s

# step: whole
kubectl apply -f big.yaml
kubectl scale deployment hungry --replicas=3
clock advance 60s
