# step: outside
cat > service.yaml <<'EOF'
apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  type: ClusterIP
  clusterIP: 10.96.0.80
  selector:
    app: web
  ports:
    - port: 80
      targetPort: 8080
EOF
kubectl apply -f service.yaml
curl http://10.96.0.80/

# step: node-port
cat > service.yaml <<'EOF'
apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  type: NodePort
  clusterIP: 10.96.0.80
  selector:
    app: web
  ports:
    - port: 80
      targetPort: 8080
      nodePort: 30080
EOF
kubectl apply -f service.yaml
curl http://{{ nodes.filter(n, n.metadata.name.startsWith('node-') && !pods.exists(p, p.metadata.?labels.?app.orValue('') == 'web' && p.spec.nodeName == n.metadata.name))[0].metadata.name }}:30080/

# step: node-dies
fault node-off {{ nodes.filter(n, n.metadata.name.startsWith('node-') && !pods.exists(p, p.metadata.?labels.?app.orValue('') == 'web' && p.spec.nodeName == n.metadata.name))[0].metadata.name }}
curl http://{{ nodes.filter(n, n.metadata.name.startsWith('node-') && !pods.exists(p, p.metadata.?labels.?app.orValue('') == 'web' && p.spec.nodeName == n.metadata.name))[0].metadata.name }}:30080/
curl http://{{ pods.filter(p, p.metadata.?labels.?app.orValue('') == 'web')[0].spec.nodeName }}:30080/
fault node-on {{ nodes.filter(n, n.metadata.name.startsWith('node-') && !pods.exists(p, p.metadata.?labels.?app.orValue('') == 'web' && p.spec.nodeName == n.metadata.name))[0].metadata.name }}

# step: load-balancer
cat > service.yaml <<'EOF'
apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  type: LoadBalancer
  clusterIP: 10.96.0.80
  selector:
    app: web
  ports:
    - port: 80
      targetPort: 8080
      nodePort: 30080
EOF
kubectl apply -f service.yaml
clock advance 15s
curl http://198.51.100.10/

# step: pending
kubectl apply -f shop.yaml
clock advance 65s
kubectl delete service shop
cat > shop.yaml <<'EOF'
apiVersion: v1
kind: Service
metadata:
  name: shop
spec:
  type: LoadBalancer
  selector:
    app: web
  ports:
    - port: 80
      targetPort: 8080
EOF
kubectl apply -f shop.yaml
clock advance 15s
