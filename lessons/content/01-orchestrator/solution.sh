# step: by-hand
cat > by-hand.yaml <<'EOF'
apiVersion: v1
kind: Pod
metadata:
  name: hand-1
spec:
  nodeName: node-1
  containers:
    - name: app
      image: my-app:1.0
---
apiVersion: v1
kind: Pod
metadata:
  name: hand-2
spec:
  nodeName: node-2
  containers:
    - name: app
      image: my-app:1.0
---
apiVersion: v1
kind: Pod
metadata:
  name: hand-3
spec:
  nodeName: node-3
  containers:
    - name: app
      image: my-app:1.0
EOF
kubectl apply -f by-hand.yaml

# step: lost
fault node-off node-2
clock until next
clock until next

# step: declare
cat > declared.yaml <<'EOF'
apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
spec:
  replicas: 3
  selector:
    matchLabels:
      app: shop
  template:
    metadata:
      labels:
        app: shop
    spec:
      containers:
        - name: app
          image: my-app:1.0
EOF
kubectl apply -f declared.yaml

# step: repaired
fault node-off node-3
clock until next
clock until next
clock advance 30s
